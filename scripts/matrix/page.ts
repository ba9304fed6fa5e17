import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/package/support/consumer.js';

const PAGE = path.join(ROOT, 'docs/compatibility.md');
const HEADER = ['| with | what was run | result | command | date |', '|---|---|---|---|---|'];

/** A line of the page. */
export interface Proof {
  readonly section: string;
  readonly name: string;
  readonly ran: string;
  readonly result: string;
}

/**
 * Puts what was run into the tables of docs/compatibility.md, each under the heading of its section, in the order of
 * `all`. Rows that were not run stay as they were; a row that is no longer among `all` goes. Other text is left alone.
 */
export function writePage(proofs: readonly Proof[], all: readonly Pick<Proof, 'section' | 'name'>[]): void {
  let page = readFileSync(PAGE, 'utf8');
  for (const section of new Set(all.map((row) => row.section))) {
    const names = all.filter((row) => row.section === section).map(({ name }) => name);
    page = replaceTable(page, section, (rows) =>
      names.flatMap((name) => {
        const proof = proofs.find((one) => one.section === section && one.name === name);
        const line = proof ? lineOf(proof) : rows.get(name);
        return line === undefined ? [] : [line];
      }),
    );
  }
  writeFileSync(PAGE, page);
}

function replaceTable(
  page: string,
  section: string,
  linesFrom: (rows: ReadonlyMap<string, string>) => readonly string[],
): string {
  const lines = page.split('\n');
  const heading = lines.indexOf(`## ${section}`);
  if (heading < 0) throw new Error(`docs/compatibility.md has no heading "## ${section}".`);
  const next = lines.findIndex((line, index) => index > heading && line.startsWith('## '));
  const end = next < 0 ? lines.length : next;
  const isRow = (line: string) => line.startsWith('|');
  const first = lines.findIndex((line, index) => index > heading && index < end && isRow(line));
  const from = first < 0 ? end : first;
  const rest = lines.slice(from, end).filter((line) => !isRow(line));
  const rows = new Map(
    lines.slice(from, end).flatMap((line) => {
      const name = /^\| ([^|]+) \|/.exec(line)?.[1];
      return name === undefined ? [] : [[name, line] as const];
    }),
  );
  return [...lines.slice(0, from), ...HEADER, ...linesFrom(rows), ...rest, ...lines.slice(end)].join('\n');
}

function lineOf({ name, ran, result }: Proof): string {
  const pattern = name.replaceAll('.', '\\.');
  const date = new Date().toISOString().slice(0, 10);
  return `| ${name} | ${ran} | ${result} | \`npm run matrix -- '^${pattern}$'\` | ${date} |`;
}
