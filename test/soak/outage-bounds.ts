import { quantile, secondsUntilWell } from '../../bench/stats.js';
import type { StripeEmulator } from '../../src/testing/index.js';
import { answered, type Bound } from './bounds.js';
import { countBy, listed } from './shoppers.js';

/** The user who asks too often: his limit is 30 a minute. */
export const GREEDY = 'greedy';
const LIMIT = 30;
/** What comes on a good day, too. */
const USUAL = ['issued', 'rate_limited', 'hung up'];

/** A request, by the second in which it was sent. */
export interface Sample {
  readonly user: string;
  readonly second: number;
  readonly ms: number;
  readonly status: number;
  readonly outcome: string;
  readonly secret?: string;
}

/** An outage as it was. */
export interface Ended {
  readonly name: string;
  readonly from: number;
  /** When the thing was there again. */
  readonly to: number;
}

export interface OutageResult {
  readonly requests: readonly Sample[];
  /** Of another route of the same app. */
  readonly neighbour: readonly Sample[];
  readonly outages: readonly Ended[];
  readonly users: readonly string[];
  /** What Postgres holds afterwards. */
  readonly rows: ReadonlyMap<string, string | null>;
  /** Lines that the server printed. */
  readonly output: readonly string[];
  readonly emulator: StripeEmulator;
  readonly seconds: number;
}

/** What an outage did. */
export interface Effect extends Ended {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly p99: number;
  readonly neighbourP99: number;
  /** Seconds from its end until 99 % of a second were served, or refused by the limit. */
  readonly recovery: number;
}

export function judge(result: OutageResult): { bounds: Bound[]; effects: Effect[] } {
  const effects = result.outages.map((outage) => effectOf(outage, result));
  const outcomes = countBy(result.requests, ({ outcome }) => outcome);
  const bounds = [
    answered({ outcomes, sent: result.requests.length }),
    neighbourServed(result),
    ownSecrets(result),
    oneCustomerEach(result),
    limitHolds(effects, result),
    limitsReturn(result),
    everyOutageIsFelt(effects),
    ...effects.map((effect, index) => recovers(effect, effects[index + 1]?.from ?? result.seconds)),
  ];
  return { bounds, effects };
}

function effectOf(outage: Ended, { requests, neighbour }: OutageResult): Effect {
  const during = requests.filter((sample) => isDuring(sample, outage));
  const timed = requests.map(({ second, status, outcome }) => ({
    at: second * 1_000,
    status: USUAL.includes(outcome) ? 200 : status,
  }));
  return {
    ...outage,
    outcomes: countBy(during, ({ outcome }) => outcome),
    p99: p99Of(during),
    neighbourP99: p99Of(neighbour.filter((sample) => isDuring(sample, outage))),
    recovery: secondsUntilWell(timed, outage.to * 1_000),
  };
}

function neighbourServed({ neighbour }: OutageResult): Bound {
  const outcomes = countBy(neighbour, ({ outcome }) => outcome);
  return {
    name: 'another route of the same app never fails',
    measured: listed(outcomes),
    holds: neighbour.length > 0 && outcomes.fine === neighbour.length,
  };
}

function ownSecrets({ requests, emulator }: OutageResult): Bound {
  const owners = new Map(
    emulator.sessions.map(({ clientSecret, customer }) => [
      clientSecret,
      emulator.customers.get(customer)?.name,
    ]),
  );
  const given = requests.filter(({ secret }) => secret !== undefined);
  const wrong = given.filter(({ user, secret = '' }) => owners.get(secret) !== user).length;
  const twice = given.length - new Set(given.map(({ secret }) => secret)).size;
  return {
    name: "no secret is another user's, none is given out twice",
    measured: `${given.length} secrets, ${wrong} wrong, ${twice} twice`,
    holds: given.length > 0 && wrong === 0 && twice === 0,
  };
}

function oneCustomerEach({ users, rows, emulator }: OutageResult): Bound {
  const withOne = users.filter((user) => emulator.customers.get(rows.get(user) ?? '')?.name === user).length;
  const shared = rows.size - new Set(rows.values()).size;
  const orphans = emulator.customers.size - rows.size;
  return {
    name: 'afterwards each user has one customer, and no customer two users',
    measured: `${withOne} of ${users.length} users have theirs, ${shared} shared, ${orphans} customers without a user`,
    holds: withOne === users.length && rows.size === users.length && shared === 0 && orphans === 0,
  };
}

function limitHolds(effects: readonly Effect[], { requests }: OutageResult): Bound {
  const counts = effects
    .filter(({ name }) => name.startsWith('Redis'))
    .map((outage) => {
      const greedy = requests.filter((sample) => sample.user === GREEDY && isDuring(sample, outage));
      return greedy.filter(({ outcome }) => outcome === 'issued').length;
    });
  return {
    name: `without Redis one user gets at most ${LIMIT} sessions a minute from this process`,
    measured: `${counts.join(' and ')} in the outages of Redis`,
    holds: counts.length > 0 && counts.every((count) => count <= LIMIT),
  };
}

function limitsReturn({ output }: OutageResult): Bound {
  const states = output.flatMap((line) => /limits are (\w+) now/.exec(line)?.[1] ?? []);
  const counts = countBy(states, (state) => state);
  return {
    name: 'each outage of Redis makes the limits local, and they are shared again after it',
    measured: listed(counts),
    holds: (counts.local ?? 0) >= 2 && states.at(-1) === 'shared',
  };
}

// That of Redis shows in the limits alone.
function everyOutageIsFelt(effects: readonly Effect[]): Bound {
  const unfelt = effects.filter(({ name, outcomes }) => {
    const refused = Object.keys(outcomes).filter((outcome) => !USUAL.includes(outcome));
    return !name.startsWith('Redis') && refused.length === 0;
  });
  return {
    name: 'each outage of Stripe and of Postgres is felt, so that this says something',
    measured: `${effects.length - unfelt.length} of ${effects.length}`,
    holds: effects.length > 0 && unfelt.length === 0,
  };
}

function recovers({ name, to, recovery }: Effect, before: number): Bound {
  return {
    name: `${name}: over before the next one`,
    measured: `${recovery.toFixed(1)} s after its end, which was at ${to.toFixed(1)} s`,
    holds: to + recovery < before,
  };
}

function isDuring({ second }: Sample, { from, to }: Ended): boolean {
  return second >= from && second < to;
}

export function p99Of(samples: readonly Sample[]): number {
  return quantile(
    samples.filter(({ status }) => status > 0).map(({ ms }) => ms),
    0.99,
  );
}
