import { writtenBy } from '../../bench/stats.js';
import {
  type Bound,
  fewestHandles,
  minuteOf,
  minutesCompared,
  percent,
  RATE,
  SETTLED,
  type SoakResult,
  settledHeapMB,
  sum,
  TICK_S,
  type Tick,
} from './bounds.js';
import { HUNG_UP, listed } from './shoppers.js';

/** Ten seconds of the run in one line. */
export function lineOf({ second, sent, rate, outcomes, p50, p99, heap, handles }: Tick): string {
  return (
    `${String(second).padStart(5)} s: ${sent} sent (${rate.toFixed(1)}/s), ${listed(outcomes)}; ` +
    `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms; heap ${megabytes(heap)} MB; ${listed(handles)}`
  );
}

export function boundLine({ name, measured, holds }: Bound): string {
  return `${holds ? 'holds ' : 'BROKEN'} · ${name} · ${measured}`;
}

/** The bounds as lines of a Markdown table. */
export function boundTable(bounds: readonly Bound[]): string[] {
  const rows = bounds.map(
    ({ name, measured, holds }) => `| ${name} | ${measured} | ${holds ? 'holds' : '**broken**'} |`,
  );
  return ['| bound | measured | |', '|---|---|---|', ...rows];
}

/** docs/proof/soak.md. */
export function pageOf(result: SoakResult, bounds: readonly Bound[]): string {
  const command = ['npm run test:soak --', ...process.argv.slice(2)].join(' ');
  const [reference, last] = minutesCompared(result.ticks);
  const minutes = Array.from({ length: last }, (_, index) => minuteRow(result.ticks, index + 1));
  return [
    '# Soak',
    '',
    `${writtenBy(command)} \`npm run test:soak\` takes two minutes, as in \`.ci/run\`.`,
    '',
    'The published package in a server process of its own: a directory of 1,000 users in memory, the router and (for one request in',
    `five) the issuer, every limit at its default. ${RATE} requests a second are sent on time, whatever became of those before. Of`,
    'the requests that reach Stripe’s emulator 9 % go wrong, in nine ways; 1 % of the callers hang up; 1 % of the requests come from',
    `one user, who is above his limit. The heap is read every ${TICK_S} s after a collection, and a minute's heap is the mean of its`,
    `last ${SETTLED} readings: minute ${reference} is compared with minute ${last} (in a run of two minutes the end of the first with the end of the`,
    'second). Handles are what `process.getActiveResourcesInfo()` tells. The server prints no process warnings (`--no-warnings`) but',
    'collects them. On a machine whose load is far above its cores the server sheds what it cannot do in time (`overloaded`).',
    '',
    ...boundTable(bounds),
    '',
    '| minute | sent, per second | got a session | refused | hung up | p50, p99 of the worst 10 s, ms | heap, MB | handles, fewest |',
    '|---|---|---|---|---|---|---|---|',
    ...minutes,
    '',
  ].join('\n');
}

function minuteRow(ticks: readonly Tick[], number: number): string {
  const minute = minuteOf(ticks, number);
  const total = (counts: (tick: Tick) => number) => minute.reduce((soFar, tick) => soFar + counts(tick), 0);
  const sent = total((tick) => tick.sent);
  const issued = total(({ outcomes }) => outcomes.issued ?? 0);
  const hungUp = total(({ outcomes }) => outcomes[HUNG_UP] ?? 0);
  const answered = total(({ outcomes }) => sum(outcomes));
  const worst = (of: (tick: Tick) => number) => Math.max(...minute.map(of)).toFixed(0);
  return `| ${[
    number,
    (sent / 60).toFixed(1),
    percent(issued / answered),
    answered - issued - hungUp,
    hungUp,
    `${worst(({ p50 }) => p50)}, ${worst(({ p99 }) => p99)}`,
    settledHeapMB(minute).toFixed(2),
    listed(fewestHandles(minute)),
  ].join(' | ')} |`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(2);
}
