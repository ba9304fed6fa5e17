// `npm run test:outage`: two minutes of requests to a process of the cluster example, over real Redis and Postgres, while
// Stripe, Redis and Postgres fail by a fixed calendar. Ends with 1 when a request was lost, a neighbour route failed, or a
// user has not exactly one customer afterwards. `--write` keeps timeline and table in docs.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Load, loadOn, openLoop } from '../../bench/load.js';
import { sleep } from '../../bench/stats.js';
import { type Slot, startSlot } from '../../examples/cluster/application.js';
import { hasPostgres, startPostgres } from '../../examples/cluster/servers/postgres.js';
import { findBinary } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import { startStripeEmulator } from '../../src/testing/index.js';
import { STORE_SERVERS } from '../customers/support/store-servers.js';
import { fewAtATime } from '../support/few-at-a-time.js';
import { until } from '../support/until.js';
import { CALENDAR, type Places, RUN_S } from './calendar.js';
import { type Ended, GREEDY, judge, type OutageResult, type Sample } from './outage-bounds.js';
import { pageOf } from './outage-page.js';
import { ask, ROOT } from './shoppers.js';
import { boundLine } from './soak-page.js';
import { timelineOf } from './timeline.js';

const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const RATE = 80;
const NEIGHBOUR_RATE = 20;
const KNOWN_USERS = 400;
const LONGEST_PATIENCE_MS = 40;
/** Of ten requests one is the first of a new user, one comes from him again, and one from a user who asks too often. */
const NEW_EVERY = 10;
const AGAIN_AT = 5;
const GREEDY_AT = 7;
const NEW_USERS = Math.ceil((RATE * RUN_S) / NEW_EVERY);

/** What the server printed. */
const output: string[] = [];

const known = [GREEDY, ...Array.from({ length: KNOWN_USERS }, (_, index) => `user-${index}`)];
const fresh = Array.from({ length: NEW_USERS }, (_, index) => `new-${index}`);

function userAt(index: number): string {
  const at = index % NEW_EVERY;
  const number = Math.floor(index / NEW_EVERY);
  if (at === GREEDY_AT) return GREEDY;
  return (at === 0 || at === AGAIN_AT ? fresh[number] : known[1 + ((index * 7) % KNOWN_USERS)]) ?? '';
}

async function main(): Promise<void> {
  const missing = [
    ...(findBinary('redis-server') ? [] : ['redis-server']),
    ...(hasPostgres() ? [] : ['postgres']),
  ];
  if (missing.length > 0) {
    process.stdout.write(`skipped: needs ${missing.join(' and ')}, not installed here\n`);
    process.exitCode = process.env.CI === 'true' ? 1 : 0;
    return;
  }
  const data = mkdtempSync(path.join(tmpdir(), 'escs-outage-data-'));
  const sockets = mkdtempSync(path.join(tmpdir(), 'escs-outage-'));
  const [redis, postgres, emulator] = await Promise.all([
    startRedis(),
    startPostgres({ data }),
    startStripeEmulator(),
  ]);
  const places: Places = { redis, postgres, emulator, data };
  emulator.setLatency(30);
  let slot: Slot | undefined;
  try {
    slot = await startServer(places, sockets);
    finish(await run(places, loadOn(slot.socket)));
  } finally {
    await slot?.stop();
    await Promise.all([places.redis.kill(), places.postgres.kill(), emulator.close()]);
    for (const folder of [data, sockets]) rmSync(folder, { recursive: true, force: true });
  }
}

function startServer({ redis, postgres, emulator }: Places, directory: string): Promise<Slot> {
  const log = (text: string) => void output.push(...text.split('\n'));
  const env = {
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
    STRIPE_SECRET_KEY: emulator.secretKey,
    STRIPE_EMULATOR: emulator.url,
    COOKIE_SECRET: randomBytes(32).toString('hex'),
  };
  return startSlot('server', { directory, env, log });
}

async function run(places: Places, load: Load): Promise<OutageResult> {
  const users = [...known, ...fresh];
  const cookies = new Map(await fewAtATime(users, async (user) => [user, await signIn(load, user)] as const));
  const headersOf = (user: string) => ({ cookie: cookies.get(user) ?? '' });
  await fewAtATime(known, (user) => ask(load, { headers: headersOf(user) }));

  const requests: Sample[] = [];
  const neighbour: Sample[] = [];
  const startedAt = performance.now();
  const secondOf = (at: number) => (at - startedAt) / 1_000;
  const sending = openLoop({ rate: RATE, seconds: RUN_S }, async (index) => {
    const user = userAt(index);
    const hangsUpAfterMs = index % 100 === 99 ? Math.ceil(Math.random() * LONGEST_PATIENCE_MS) : undefined;
    const { at, ...outcome } = await ask(load, { headers: headersOf(user) }, hangsUpAfterMs);
    requests.push({ ...outcome, user, second: secondOf(at) });
  });
  const beside = openLoop({ rate: NEIGHBOUR_RATE, seconds: RUN_S }, async () => {
    const second = secondOf(performance.now());
    const { status, ms } = await load.get('/');
    neighbour.push({ user: '', second, status, ms, outcome: status === 200 ? 'fine' : `status ${status}` });
  });
  const outages = await keepCalendar(places, startedAt);
  await Promise.all([sending, beside]);
  // Whoever was refused comes back, and is served; the bounds tell who was not.
  const isServed = async (user: string) => {
    const { outcome } = await ask(load, { headers: headersOf(user) });
    return outcome === 'issued' || outcome === 'rate_limited';
  };
  await fewAtATime(users, (user) => until(() => isServed(user)).catch(() => undefined));
  await load.close();
  const rows = await postgresRows(places.postgres.url);
  return { requests, neighbour, outages, users, rows, output, emulator: places.emulator, seconds: RUN_S };
}

async function signIn(load: Load, user: string): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await load.ask({ path: '/sign-in', headers, body: `user=${user}` });
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

async function keepCalendar(places: Places, startedAt: number): Promise<Ended[]> {
  const untilSecond = (second: number) => sleep(startedAt + second * 1_000 - performance.now());
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const outages: Ended[] = [];
  for (const { name, from, to, begin, end } of CALENDAR) {
    await untilSecond(from);
    process.stdout.write(`${String(from).padStart(4)} s: ${name}\n`);
    await begin(places);
    await untilSecond(to);
    await end(places);
    outages.push({ name, from, to: elapsed() });
  }
  return outages;
}

async function postgresRows(url: string): Promise<Map<string, string | null>> {
  const rows = await STORE_SERVERS.find(({ name }) => name === 'postgres')?.rows(url);
  return rows ?? new Map();
}

function finish(result: OutageResult): void {
  const { bounds, effects } = judge(result);
  process.stdout.write(`${bounds.map(boundLine).join('\n')}\n`);
  if (options.write) {
    mkdirSync(path.join(ROOT, 'docs/proof'), { recursive: true });
    writeFileSync(path.join(ROOT, 'docs/pictures/outages.svg'), timelineOf(result));
    writeFileSync(path.join(ROOT, 'docs/proof/outages.md'), pageOf({ result, bounds, effects, rate: RATE }));
  }
  process.exitCode = bounds.every(({ holds }) => holds) ? 0 : 1;
}

// The servers end with this process, when it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
