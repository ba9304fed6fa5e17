import { type Bound, boundsOf, type SoakResult, type Tick } from './bounds.js';
import { GREEDY, judge, type OutageResult, type Sample } from './outage-bounds.js';

// A bound that nothing breaks proves nothing: each is met by a good run, and broken by one that is bad in one way.

const brokenOf = (bounds: readonly Bound[]) => bounds.filter(({ holds }) => !holds).map(({ name }) => name);

describe('a bound of the soak', () => {
  const MB = 1024 * 1024;
  const handles = { TCPServerWrap: 1 };
  const reading = { heap: 10 * MB, handles, warnings: ['ESCS_STRIPE_UNREACHABLE'] };
  const outcomes = { issued: 1_400, stripe_unavailable: 80, 'hung up': 20 };

  function run({
    tick = () => ({}),
    ...more
  }: Partial<SoakResult> & { tick?: (index: number) => Partial<Tick> } = {}) {
    const ticks = Array.from({ length: 18 }, (_, index) => ({
      ...reading,
      second: 10 * (index + 1),
      sent: 1_500,
      rate: 150,
      outcomes,
      p50: 20,
      p99: 3_600,
      ...tick(index),
    }));
    return boundsOf({
      ticks,
      atRest: { before: reading, after: reading },
      sent: 27_000,
      seconds: 180,
      outcomes: { issued: 25_200, stripe_unavailable: 1_440, 'hung up': 360 },
      faults: { asked: 27_000, done: { hang: 1_200, reset: 1_200 } },
      stderr: '',
      ...more,
    });
  }

  it('is met by a good run', () => {
    expect(brokenOf(run())).toEqual([]);
    expect(run()).toHaveLength(7);
  });

  it.each<[string, Parameters<typeof run>[0]]>([
    ['150 requests/s offered', { seconds: 190 }],
    ['at least 8.0 % faults', { faults: { asked: 27_000, done: { hang: 2_000, reset: 100 } } }],
    ['at least 8.0 % faults', { faults: { asked: 27_000, done: { hang: 2_400, reset: 0 } } }],
    ['at least 8.0 % faults', { outcomes: { issued: 26_900, 'hung up': 100 } }],
    ['each request has an answer', { outcomes: { issued: 26_639, 'hung up': 360 } }],
    [
      'each request has an answer',
      { outcomes: { issued: 26_639, 'hung up': 360, 'no answer (ECONNRESET)': 1 } },
    ],
    ['each request has an answer', { outcomes: { issued: 26_639, 'hung up': 360, 'status 500': 1 } }],
    [
      'at least 50.0 % get a session',
      { tick: (index) => (index < 12 ? {} : { outcomes: { overloaded: 1_500 } }) },
    ],
    ['the heap after collection', { tick: (index) => (index < 12 ? {} : { heap: 12.1 * MB }) }],
    [
      'after the last answer',
      { atRest: { before: reading, after: { ...reading, handles: { TCPServerWrap: 2 } } } },
    ],
    [
      'after the last answer',
      { atRest: { before: reading, after: { ...reading, handles: { ...handles, Timeout: 1 } } } },
    ],
    ['stderr is empty', { stderr: 'Error' }],
    [
      'stderr is empty',
      { tick: () => ({ warnings: ['ESCS_STRIPE_UNREACHABLE', 'MaxListenersExceededWarning'] }) },
    ],
    ['stderr is empty', { tick: () => ({ warnings: [] }) }],
  ])('is broken, and no other one: %s (%#)', (name, bad) => {
    expect(brokenOf(run(bad))).toEqual([expect.stringContaining(name)]);
  });
});

describe('a bound of the outages', () => {
  const sample = (more: Partial<Sample>): Sample => ({
    user: 'ada',
    second: 0,
    ms: 20,
    status: 200,
    outcome: 'issued',
    ...more,
  });
  const refused = (outcome: string, more: Partial<Sample>) => sample({ ...more, outcome, status: 503 });

  // Ten requests a second for a minute; Stripe is away from 10 to 20, Redis from 30 to 40.
  function run(more: Partial<OutageResult> & { extra?: readonly Sample[] } = {}) {
    const seconds = Array.from({ length: 600 }, (_, index) => index / 10);
    const requests = seconds.map((second, index) =>
      second >= 10 && second < 20
        ? refused('stripe_unavailable', { second })
        : sample({ second, secret: `secret_${index}` }),
    );
    const sessions = requests.map(({ secret = '' }) => ({ clientSecret: secret, customer: 'cus_ada' }));
    const customers = new Map([
      ['cus_ada', { name: 'ada' }],
      ['cus_bob', { name: 'bob' }],
    ]);
    const { extra = [], ...rest } = more;
    return judge({
      requests: [...requests, ...extra],
      neighbour: seconds.map((second) => sample({ second, user: '', outcome: 'fine' })),
      outages: [
        { name: 'Stripe resets', from: 10, to: 20 },
        { name: 'Redis killed', from: 30, to: 40 },
      ],
      users: ['ada', 'bob'],
      rows: new Map([
        ['ada', 'cus_ada'],
        ['bob', 'cus_bob'],
      ]),
      output: [
        'limits are local now',
        'limits are shared now',
        'limits are local now',
        'limits are shared now',
      ],
      emulator: { sessions, customers } as never,
      seconds: 60,
      ...rest,
    }).bounds;
  }
  const secretOf = (index: number, more: Partial<Sample> = {}) =>
    sample({ secret: `secret_${index}`, ...more });

  it('is met by a good run', () => {
    expect(brokenOf(run())).toEqual([]);
    expect(run()).toHaveLength(9);
  });

  it.each<[string, Parameters<typeof run>[0]]>([
    ['each request has an answer', { extra: [sample({ outcome: 'no answer (ECONNRESET)', status: 0 })] }],
    ['another route', { neighbour: [sample({ outcome: 'fine' }), sample({ outcome: 'status 500' })] }],
    ['another route', { neighbour: [] }],
    ["no secret is another user's", { extra: [secretOf(999)] }],
    ["no secret is another user's", { extra: [secretOf(0)] }],
    ['afterwards each user has one customer', { rows: new Map([['ada', 'cus_ada']]) }],
    [
      'afterwards each user has one customer',
      {
        rows: new Map([
          ['ada', 'cus_ada'],
          ['bob', 'cus_ada'],
        ]),
      },
    ],
    [
      'afterwards each user has one customer',
      {
        rows: new Map([
          ['ada', 'cus_ada'],
          ['bob', null],
        ]),
      },
    ],
    [
      'without Redis one user gets at most',
      { extra: Array.from({ length: 31 }, () => sample({ user: GREEDY, second: 35 })) },
    ],
    [
      'each outage of Redis makes the limits local',
      { output: ['limits are local now', 'limits are shared now'] },
    ],
    [
      'each outage of Redis makes the limits local',
      { output: ['limits are local now', 'limits are shared now', 'limits are local now'] },
    ],
    [
      'Redis killed: over before the next one',
      {
        extra: Array.from({ length: 200 }, (_, index) => refused('overloaded', { second: 40 + index / 10 })),
      },
    ],
  ])('is broken, and no other one: %s (%#)', (name, bad) => {
    expect(brokenOf(run(bad))).toEqual([expect.stringContaining(name)]);
  });

  it('is broken where an outage was not felt', () => {
    const requests = Array.from({ length: 600 }, (_, index) => secretOf(index, { second: index / 10 }));
    const sessions = requests.map(({ secret }) => ({ clientSecret: secret, customer: 'cus_ada' }));
    const customers = new Map([
      ['cus_ada', { name: 'ada' }],
      ['cus_bob', { name: 'bob' }],
    ]);
    expect(brokenOf(run({ requests, emulator: { sessions, customers } as never }))).toEqual([
      'each outage of Stripe and of Postgres is felt, so that this says something',
    ]);
  });
});
