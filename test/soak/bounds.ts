import type { FaultCounts } from './faults.js';
import type { Reading } from './server.js';
import { documentedCodes, HUNG_UP, listed } from './shoppers.js';

/** Requests a second. */
export const RATE = 150;
export const TICK_S = 10;
const TICKS_PER_MINUTE = 60 / TICK_S;
/** Readings of a minute that count: its last ones. */
export const SETTLED = 3;

const MOST_GROWTH_MB = 2;
const LEAST_FAULTS = 0.08;
const LEAST_HUNG_UP = 0.005;
const LEAST_SERVED = 0.5;
const DUE_WARNING = 'ESCS_STRIPE_UNREACHABLE';

/** Ten seconds of the run. */
export interface Tick extends Reading {
  /** When they ended, in seconds from the start. */
  readonly second: number;
  readonly sent: number;
  /** Offered in these ten seconds, to the millisecond that they took. */
  readonly rate: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly p50: number;
  readonly p99: number;
}

export interface SoakResult {
  readonly ticks: readonly Tick[];
  /** Before the first request, and once the last one has its answer and the callers' connections are closed. */
  readonly atRest: { readonly before: Reading; readonly after: Reading };
  readonly sent: number;
  readonly seconds: number;
  /** Those answered after the last tick as well. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly faults: FaultCounts;
  readonly stderr: string;
}

export interface Bound {
  readonly name: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** What the run must hold, and what it measured. */
export function boundsOf(result: SoakResult): Bound[] {
  return [
    offered(result),
    mixed(result),
    answered(result),
    served(result),
    heap(result),
    handles(result),
    silent(result),
  ];
}

function offered({ sent, seconds }: SoakResult): Bound {
  const rate = sent / seconds;
  return { name: `${RATE} requests/s offered`, measured: `${rate.toFixed(1)}/s`, holds: rate > RATE * 0.98 };
}

function mixed({ faults, outcomes, sent }: SoakResult): Bound {
  const share = sum(faults.done) / faults.asked;
  const hungUp = (outcomes[HUNG_UP] ?? 0) / sent;
  return {
    name: `at least ${percent(LEAST_FAULTS)} faults, each kind of them, and ${percent(LEAST_HUNG_UP)} who hang up`,
    measured: `${percent(share)} (${listed(faults.done)}); ${percent(hungUp)}`,
    holds:
      share >= LEAST_FAULTS &&
      Object.values(faults.done).every((count) => count > 0) &&
      hungUp >= LEAST_HUNG_UP,
  };
}

/** Nothing is lost. */
export function answered({ outcomes, sent }: Pick<SoakResult, 'outcomes' | 'sent'>): Bound {
  const documented = documentedCodes();
  const fine = ([name]: [string, number]) => name === 'issued' || name === HUNG_UP || documented.has(name);
  const others = Object.fromEntries(Object.entries(outcomes).filter((entry) => !fine(entry)));
  return {
    name: 'each request has an answer with a documented code, or its caller hung up',
    measured: `${listed(outcomes)}; others: ${listed(others)}`,
    holds: sum(others) === 0 && sum(outcomes) === sent,
  };
}

// Not in the first minute, in which a thousand users are new and the code is cold.
function served({ ticks }: SoakResult): Bound {
  const [, last] = minutesCompared(ticks);
  const outcomes = minuteOf(ticks, last).map((tick) => tick.outcomes);
  const issued = outcomes.reduce((total, counts) => total + (counts.issued ?? 0), 0);
  const share = issued / outcomes.reduce((total, counts) => total + sum(counts), 0);
  return {
    name: `at least ${percent(LEAST_SERVED)} get a session in minute ${last}`,
    measured: percent(share),
    holds: share >= LEAST_SERVED,
  };
}

function heap({ ticks }: SoakResult): Bound {
  const [reference, last] = minutesCompared(ticks);
  const from = settledHeapMB(minuteOf(ticks, reference));
  const to = settledHeapMB(minuteOf(ticks, last));
  return {
    name: `the heap after collection grows by at most ${MOST_GROWTH_MB} MB from minute ${reference} to minute ${last}`,
    measured: `${from.toFixed(2)} MB to ${to.toFixed(2)} MB`,
    holds: to - from <= MOST_GROWTH_MB,
  };
}

function handles({ atRest }: SoakResult): Bound {
  const kinds = Object.entries(atRest.after.handles);
  return {
    name: 'after the last answer there are no more handles of any kind than before the first request',
    measured: kinds
      .map(([kind, count]) => `${kind} ${atRest.before.handles[kind] ?? 0} to ${count}`)
      .join(', '),
    holds: isSteady(atRest.before, atRest.after),
  };
}

export function isSteady(before: Reading, after: Reading): boolean {
  return Object.entries(after.handles).every(([kind, count]) => count <= (before.handles[kind] ?? 0));
}

// Of what the faults do the operator is told, once. Any other warning is a defect, one of the package's own as well.
function silent({ ticks, stderr }: SoakResult): Bound {
  const warnings = ticks.at(-1)?.warnings ?? [];
  return {
    name: `stderr is empty, and the only process warning is ${DUE_WARNING}, once`,
    measured: `${stderr.length} bytes; ${warnings.join(', ') || 'no warning'}`,
    holds: stderr === '' && warnings.join() === DUE_WARNING,
  };
}

/** In a run of two minutes the first one warms up and is compared as well, by its end. */
export function minutesCompared(ticks: readonly Tick[]): [reference: number, last: number] {
  const minutes = ticks.length / TICKS_PER_MINUTE;
  return [minutes > 2 ? 2 : 1, minutes];
}

export function minuteOf(ticks: readonly Tick[], minute: number): Tick[] {
  return ticks.slice((minute - 1) * TICKS_PER_MINUTE, minute * TICKS_PER_MINUTE);
}

/** The mean of the last readings of a minute. */
export function settledHeapMB(minute: readonly Tick[]): number {
  const settled = minute.slice(-SETTLED);
  return settled.reduce((total, { heap: bytes }) => total + bytes, 0) / settled.length / 1024 / 1024;
}

/** Of each kind, the fewest in the last readings of a minute. */
export function fewestHandles(minute: readonly Tick[]): Record<string, number> {
  const readings = minute.slice(-SETTLED).map(({ handles: counts }) => counts);
  const kinds = new Set(readings.flatMap((counts) => Object.keys(counts)));
  return Object.fromEntries(
    [...kinds].map((kind) => [kind, Math.min(...readings.map((counts) => counts[kind] ?? 0))]),
  );
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
