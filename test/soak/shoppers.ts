import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Asked, Load } from '../../bench/load.js';

export const ROOT = path.join(__dirname, '../..');

export const HUNG_UP = 'hung up';

/** One request, and what came of it. */
export interface Outcome {
  /** When it was sent, by `performance.now()`. */
  readonly at: number;
  readonly ms: number;
  readonly status: number;
  /** `issued`, the code of a refusal, `hung up` (by the caller), `no answer (ECONNRESET)`, or else the status. */
  readonly outcome: string;
  readonly secret?: string;
}

/** Asks for a session; hangs up after `patienceMs`, where it is given. */
export async function ask(load: Load, asked: Asked, patienceMs?: number): Promise<Outcome> {
  const at = performance.now();
  const signal = patienceMs === undefined ? undefined : AbortSignal.timeout(patienceMs);
  const { status, ms, text, error } = await load.ask(signal ? { ...asked, signal } : asked);
  if (status === 0) return { at, ms, status, outcome: signal?.aborted ? HUNG_UP : `no answer (${error})` };
  const { code, client_secret: secret } = parsed(text);
  if (status === 200 && typeof secret === 'string') return { at, ms, status, outcome: 'issued', secret };
  return { at, ms, status, outcome: typeof code === 'string' ? code : `status ${status}` };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The codes that docs/problems.md has a heading for. */
export function documentedCodes(): ReadonlySet<string> {
  const page = readFileSync(path.join(ROOT, 'docs/problems.md'), 'utf8');
  return new Set([...page.matchAll(/^## ([a-z_]+)$/gm)].map(([, code = '']) => code));
}

/** How many there are of each. */
export function countBy<Item>(items: Iterable<Item>, nameOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1;
  return counts;
}

/** Such as `12 issued, 3 timeout`, the most frequent first. */
export function listed(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a);
  return entries.map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}
