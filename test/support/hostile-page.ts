import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const PAGE = path.join(ROOT, 'docs/proof/hostile.md');
const KEPT = path.join(ROOT, 'reports/hostile');

/** What became of the requests of one seed on one version of Express. */
export interface HostileRow {
  express: string;
  seed: number;
  asked: number;
  /** How many got as far as Stripe. */
  reached: number;
  /** Answers as the oracle has them, by code. */
  answered: Record<string, number>;
  /** Answers that are wrong in any way. */
  wrong: number;
}

/** Keeps the row in a file of its own, since the suites of both majors run side by side, and writes docs/proof/hostile.md of them all. */
export function writeHostile(row: HostileRow): void {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(path.join(KEPT, `${row.express}-${row.seed}.json`), JSON.stringify(row));
  const rows = readdirSync(KEPT).map(
    (name): HostileRow => JSON.parse(readFileSync(path.join(KEPT, name), 'utf8')),
  );
  writeFileSync(PAGE, pageOf(rows));
}

function pageOf(rows: readonly HostileRow[]): string {
  const sorted = rows.toSorted((a, b) => a.express.localeCompare(b.express) || a.seed - b.seed);
  const codes = Object.keys(sorted[0]?.answered ?? {});
  const lines: [string, (row: HostileRow) => string | number][] = [
    ['asked', ({ asked }) => asked],
    ['reached Stripe', ({ asked, reached }) => `${((100 * reached) / asked).toFixed(1)} %`],
    ...codes.map((code): [string, (row: HostileRow) => number] => [
      `\`${code}\``,
      ({ answered }) => answered[code] ?? 0,
    ]),
    ['**answered otherwise than the rules say**', ({ wrong }) => `**${wrong}**`],
  ];
  return [
    '# Hostile requests',
    '',
    `Written by \`npm run test:long\` on ${new Date().toISOString().slice(0, 10)} with Node.js ${process.versions.node} and ${os.availableParallelism()} cores.`,
    'Requests that no browser would send are written byte by byte to a host with the router: other methods and paths, origins that begin or',
    'end like an allowed one, headers twice, proxies that contradict themselves, bodies and headers that name another customer. What each',
    'answer has to be is told by an oracle of its own, written from the text of the rules (`test/support/oracle.ts`); whose a secret is,',
    'by the record of the emulator. The code by which an answer was told, and how often it came:',
    '',
    `| | ${sorted.map(({ express, seed }) => `Express ${express}, seed ${seed}`).join(' | ')} |`,
    `|---|${sorted.map(() => '---|').join('')}`,
    ...lines.map(([name, cell]) => `| ${name} | ${sorted.map(cell).join(' | ')} |`),
    '',
  ].join('\n');
}
