// `npm run test:soak`: 150 requests a second for two minutes, or for `--minutes=20`, to a server in a process of its own,
// while 9 % of Stripe's answers go wrong in nine ways and 1 % of the callers hang up. What must not grow is measured every
// ten seconds. Ends with 1 when a bound is broken. `--write` keeps the figures in docs/proof/soak.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Load, loadOn, openLoop } from '../../bench/load.js';
import { startChild } from '../../bench/processes.js';
import { quantile, sleep } from '../../bench/stats.js';
import { startStripeEmulator } from '../../src/testing/index.js';
import { until } from '../support/until.js';
import { boundsOf, isSteady, RATE, type SoakResult, TICK_S, type Tick } from './bounds.js';
import { mixFaults } from './faults.js';
import type { Reading, SoakStart } from './server.js';
import { ask, countBy, type Outcome, ROOT } from './shoppers.js';
import { boundLine, lineOf, pageOf } from './soak-page.js';

const { values: options } = parseArgs({
  options: {
    /** How long, 2 at least. */
    minutes: { type: 'string', default: '2' },
    /** Writes docs/proof/soak.md as well. */
    write: { type: 'boolean', default: false },
  },
});
const SECONDS = Number(options.minutes) * 60;

const USERS = 1_000;
const STRIPE_MS = 20;
const LONGEST_PATIENCE_MS = 40;

/** Which of a hundred requests: one of the user who asks too often, one whose caller hangs up. */
const GREEDY_AT = 50;
const HANGS_UP_AT = 99;
const ISSUER_EVERY = 5;

function shop(load: Load, index: number): Promise<Outcome> {
  const place = index % 100;
  const user = place === GREEDY_AT ? 'greedy' : `user-${index % USERS}`;
  const at = index % ISSUER_EVERY === 0 ? '/checkout' : '/customer-session';
  const patienceMs = place === HANGS_UP_AT ? Math.ceil(Math.random() * LONGEST_PATIENCE_MS) : undefined;
  return ask(load, { path: at, headers: { 'x-user': user } }, patienceMs);
}

async function main(): Promise<void> {
  if (!(SECONDS >= 120)) throw new Error('--minutes is 2 at least: the first one warms up.');
  const emulator = await startStripeEmulator();
  emulator.setLatency(STRIPE_MS);
  const faults = mixFaults(emulator);
  const server = await startChild('../test/soak/server.ts', { execArgv: ['--expose-gc', '--no-warnings'] });
  const start: SoakStart = { key: emulator.secretKey, stripe: emulator.stripeConfig };
  const load = loadOn(await server.call<number>('start', start));
  const read = () => server.call<Reading>('read');
  const before = await read();

  let sent = 0;
  let since: Outcome[] = [];
  const all: string[] = [];
  const ticks: Tick[] = [];
  const startedAt = performance.now();
  const sending = openLoop({ rate: RATE, seconds: SECONDS }, async (index) => {
    sent += 1;
    const outcome = await shop(load, index);
    all.push(outcome.outcome);
    since.push(outcome);
  });
  let last = { at: startedAt, sent: 0 };
  for (let second = TICK_S; second <= SECONDS; second += TICK_S) {
    await sleep(startedAt + second * 1_000 - performance.now());
    const now = { at: performance.now(), sent };
    const rate = ((now.sent - last.sent) / (now.at - last.at)) * 1_000;
    const seen = since;
    since = [];
    const reading = await read();
    const tick = { ...reading, ...summaryOf(seen), second, sent: now.sent - last.sent, rate };
    last = now;
    ticks.push(tick);
    process.stdout.write(`${lineOf(tick)}\n`);
    // The emulator remembers all that it was asked.
    emulator.clearRequests();
  }
  await sending;
  await load.close();
  await until(async () => isSteady(before, await read())).catch(() => undefined);
  const atRest = { before, after: await read() };
  const outcomes = countBy(all, (outcome) => outcome);
  const result = { ticks, atRest, sent, seconds: SECONDS, outcomes, faults, stderr: server.stderr() };
  await server.stop();
  await emulator.close();
  finish(result);
}

function summaryOf(outcomes: readonly Outcome[]): Pick<Tick, 'outcomes' | 'p50' | 'p99'> {
  const times = outcomes.map(({ ms }) => ms);
  return {
    outcomes: countBy(outcomes, ({ outcome }) => outcome),
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

function finish(result: SoakResult): void {
  const bounds = boundsOf(result);
  const broken = bounds.filter(({ holds }) => !holds).length;
  process.stdout.write(`${bounds.map(boundLine).join('\n')}\n`);
  if (result.stderr !== '') process.stdout.write(`stderr of the server:\n${result.stderr.slice(0, 2_000)}\n`);
  mkdirSync(path.join(ROOT, 'reports'), { recursive: true });
  const counts = { passed: bounds.length - broken, failed: broken, skipped: 0 };
  writeFileSync(path.join(ROOT, 'reports/soak.json'), JSON.stringify(counts));
  if (options.write) {
    mkdirSync(path.join(ROOT, 'docs/proof'), { recursive: true });
    writeFileSync(path.join(ROOT, 'docs/proof/soak.md'), pageOf(result, bounds));
  }
  process.exitCode = broken === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
