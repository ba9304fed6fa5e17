import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnStripe } from 'express-stripe-customer-session';
import type { CustomerTable, TableRow } from './table.js';

export type FindingKind = 'shared' | 'other_mode' | 'deleted' | 'unknown' | 'not_checked';

export interface Finding {
  kind: FindingKind;
  customer: string;
  /** The users whose rows hold it. */
  users: string[];
}

export interface Audit {
  scope: string | undefined;
  livemode: boolean;
  /** Rows of the scope that hold a customer. */
  rows: number;
  /** Rows of other scopes, by scope: they belong to other keys, and were not looked at. */
  otherScopes: Record<string, number>;
  findings: Finding[];
}

export interface AuditOptions {
  table: CustomerTable;
  stripe: OwnStripe;
  /** The mode of the key. */
  livemode: boolean;
  /** Stripe's default limit is 25 a second for live keys, which your payments share. Default: 10. */
  perSecond?: number;
  onProgress?: (asked: number, rows: number, findings: number) => void;
  /** Waits between two requests, in ms. */
  pause?: (ms: number) => Promise<unknown>;
}

const AT_ONCE = 10;
const MOST_ATTEMPTS = 3;

/** Compares the table with Stripe. Reads from both, and changes nothing. */
export async function audit(options: AuditOptions): Promise<Audit> {
  const { table, livemode, onProgress } = options;
  const rows = await table.count();
  const findings: Finding[] = (await table.shared()).map((shared) => ({ kind: 'shared', ...shared }));
  let asked = 0;
  await paced(table.rows(), options, async (row, attempt) => {
    const kind = await kindOf(row, options);
    if (kind === 'not_checked' && attempt < MOST_ATTEMPTS) return 'again';
    if (kind !== undefined) findings.push({ kind, customer: row.customer, users: [row.user] });
    asked += 1;
    onProgress?.(asked, rows, findings.length);
    return 'done';
  });
  return { scope: table.scope, livemode, rows, otherScopes: await table.otherScopes(), findings };
}

type Check = (row: TableRow, attempt: number) => Promise<'done' | 'again'>;

// What failed is asked again after all others, at the same pace.
async function paced(rows: AsyncIterable<TableRow>, options: AuditOptions, check: Check): Promise<void> {
  const { perSecond = 10, pause = sleep } = options;
  const underWay = new Set<Promise<void>>();
  let failed: TableRow[] = [];

  async function ask(row: TableRow, attempt: number): Promise<void> {
    if ((await check(row, attempt)) === 'again') failed.push(row);
  }

  async function start(row: TableRow, attempt: number): Promise<void> {
    const asked = ask(row, attempt);
    underWay.add(asked);
    const forget = () => underWay.delete(asked);
    asked.then(forget, forget);
    await pause(1_000 / perSecond);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
  }

  for await (const row of rows) await start(row, 1);
  await Promise.all(underWay);
  for (let attempt = 2; failed.length > 0; attempt += 1) {
    const again = failed;
    failed = [];
    for (const row of again) await start(row, attempt);
    await Promise.all(underWay);
  }
}

async function kindOf(row: TableRow, options: AuditOptions): Promise<FindingKind | undefined> {
  try {
    const { id, deleted, livemode } = await retrieve(row.customer, options.stripe);
    // Something between you and Stripe mixes answers up.
    if (id !== row.customer) return 'not_checked';
    if (deleted) return 'deleted';
    return livemode === options.livemode ? undefined : 'other_mode';
  } catch (error) {
    return kindOfFailure(error, row.customer);
  }
}

interface Found {
  id: string;
  deleted: boolean;
  livemode?: boolean;
}

async function retrieve(customer: string, stripe: OwnStripe): Promise<Found> {
  if (customer.startsWith('acct_')) {
    const { id, closed = false, livemode } = await stripe.v2.core.accounts.retrieve(customer);
    return { id, deleted: closed ?? false, livemode };
  }
  const found = await stripe.customers.retrieve(customer);
  return found.deleted ? { id: found.id, deleted: true } : { ...found, deleted: false };
}

function kindOfFailure(error: unknown, customer: string): FindingKind {
  const { statusCode, message }: { statusCode?: unknown; message?: unknown } = Object(error);
  const words = String(message).split(/\W+/);
  if (statusCode !== 404 || !words.includes(customer)) return 'not_checked';
  // "No such customer: 'cus_…'; a similar object exists in live mode, but a test mode key was used to make this request."
  return /a similar object exists in (?:live|test) mode/.test(String(message)) ? 'other_mode' : 'unknown';
}
