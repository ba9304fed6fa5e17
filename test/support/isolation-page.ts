import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MIX_UPS, type MixUp, shareOf } from './mix-ups.js';

const ROOT = path.join(__dirname, '../..');
const PAGE = path.join(ROOT, 'docs/proof/isolation.md');
const KEPT = path.join(ROOT, 'reports/isolation.json');
const ROWS = 4;

/** What became of the requests of one way in, on one version of Express. */
export interface IsolationRow {
  express: string;
  door: string;
  users: number;
  asked: number;
  ok: number;
  /** By code. */
  refused: Record<string, number>;
  didTo: Record<MixUp, number>;
  /** How many of the requests got as far as Stripe. */
  reached: number;
  retried: number;
  /** Secrets that Stripe made for another customer. */
  wrong: number;
  twice: number;
}

/** A request, and what came of it. */
export interface Asked {
  readonly user: number;
  readonly status: number;
  readonly code: string | undefined;
  readonly secret: string | undefined;
}

interface KeptRow extends IsolationRow {
  date: string;
}

export function emptyRow(of: Pick<IsolationRow, 'express' | 'door' | 'users' | 'didTo'>): IsolationRow {
  return { ...of, asked: 0, ok: 0, refused: {}, reached: 0, retried: 0, wrong: 0, twice: 0 };
}

/** Adds these requests to the row, and their secrets to those that were given out before. */
export function tally(row: IsolationRow, asked: readonly Asked[], secrets: Set<string>): void {
  for (const { status, code = `status ${status}`, secret } of asked) {
    row.asked += 1;
    if (status !== 200 || secret === undefined) {
      row.refused[code] = (row.refused[code] ?? 0) + 1;
      continue;
    }
    row.ok += 1;
    if (secrets.has(secret)) row.twice += 1;
    secrets.add(secret);
  }
}

/** The row in one line. */
export function told(row: IsolationRow): string {
  const did = MIX_UPS.map((kind) => `${row.didTo[kind]} ${kind}`);
  return (
    `${row.door}, Express ${row.express}: ${row.asked} asked for ${row.users} users, ${row.reached} reached Stripe, ` +
    `${row.ok} answered 200, refused ${refusals(row)}; ${did.join(', ')}; ${row.retried} tried again; ` +
    `${row.wrong} wrong, ${row.twice} twice`
  );
}

/** Keeps the row in reports/isolation.json; docs/proof/isolation.md is written once all are there. */
export function writeIsolation(row: IsolationRow): void {
  const before: KeptRow[] = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : [];
  const others = before.filter(({ express, door }) => express !== row.express || door !== row.door);
  const rows = [...others, { ...row, date: new Date().toISOString().slice(0, 10) }];
  mkdirSync(path.dirname(KEPT), { recursive: true });
  writeFileSync(KEPT, JSON.stringify(rows, null, 2));
  if (rows.length < ROWS) return;
  mkdirSync(path.dirname(PAGE), { recursive: true });
  writeFileSync(PAGE, pageOf(rows));
}

function pageOf(rows: readonly KeptRow[]): string {
  const sorted = rows.toSorted((a, b) => a.express.localeCompare(b.express) || b.door.localeCompare(a.door));
  const lines: [string, (row: KeptRow) => string | number][] = [
    ['asked', ({ asked, users }) => `${asked} for ${users} users`],
    ['reached Stripe', ({ reached }) => reached],
    ...MIX_UPS.map((kind): [string, (row: KeptRow) => number] => [
      `${kind} (${shareOf(kind) * 100} % of the answers)`,
      ({ didTo }) => didTo[kind],
    ]),
    ['tried again by the router', ({ retried }) => retried],
    ['answered 200', ({ ok }) => ok],
    ['refused', refusals],
    ["**another customer's secret**", ({ wrong }) => `**${wrong}**`],
    ['**a secret given out twice**', ({ twice }) => `**${twice}**`],
    ['date', ({ date }) => date],
  ];
  const heads = sorted.map(({ express, door }) => `${door}, Express ${express}`);
  return [
    '# Isolation: no user gets the secret of another',
    '',
    `Written by \`npm run test:isolation\` with Node.js ${process.versions.node} and ${os.availableParallelism()} cores.`,
    'A hundred requests are open at any time, each for another user than the one before. Between the router and Stripe’s emulator',
    'answers are mixed up as a broken proxy does it: whole answers are swapped, a body comes under the headers of another request,',
    'an answer is sent twice (which shifts all later ones of that connection), comes late, or not at all. Whose a secret is, the',
    'emulator’s own record tells. The same mix-ups show users the secrets of others in the route of Stripe’s guide, which the test',
    'asserts first. `npm test` runs a short form. Where the machine stands still for a minute, what was under way ends as `timeout`.',
    '',
    `| | ${heads.join(' | ')} |`,
    `|---|${heads.map(() => '---|').join('')}`,
    ...lines.map(([name, cell]) => `| ${name} | ${sorted.map(cell).join(' | ')} |`),
    '',
  ].join('\n');
}

function refusals({ refused }: IsolationRow): string {
  return (
    Object.entries(refused)
      .map(([code, count]) => `${count} \`${code}\``)
      .join(', ') || 'none'
  );
}
