import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/package/support/consumer.js';

const PAGE = path.join(ROOT, 'docs/compatibility.md');
const HEADER = ['| with | versions | what was run | result | date |', '|---|---|---|---|---|'];

/** A line of the page. */
export interface Proof {
  readonly section: string;
  readonly name: string;
  readonly versions: string;
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

// The table of a section stands last in it.
function replaceTable(
  page: string,
  section: string,
  linesFrom: (rows: ReadonlyMap<string, string>) => readonly string[],
): string {
  const lines = page.trimEnd().split('\n');
  const heading = lines.indexOf(`## ${section}`);
  if (heading < 0) throw new Error(`docs/compatibility.md has no heading "## ${section}".`);
  const next = lines.findIndex((line, index) => index > heading && line.startsWith('## '));
  const end = next < 0 ? lines.length : next;
  const own = lines.slice(heading, end);
  const rows = new Map(
    own.flatMap((line) => {
      const name = /^\| ([^|]+) \|/.exec(line)?.[1];
      return name === undefined ? [] : [[name, line] as const];
    }),
  );
  const text = own.filter((line) => !line.startsWith('|')).join('\n');
  const table = [...HEADER, ...linesFrom(rows)].join('\n');
  const before = lines.slice(0, heading).join('\n');
  const after = lines.slice(end).join('\n');
  return `${before}\n${text.trimEnd()}\n\n${table}\n${after === '' ? '' : `\n${after}\n`}`;
}

function lineOf({ name, versions, ran, result }: Proof): string {
  const date = new Date().toISOString().slice(0, 10);
  return `| ${name} | ${versions} | ${ran} | ${result} | ${date} |`;
}
