import {
  judgeFailure,
  judgeMock,
  judgeRefusal,
  judgeSessions,
  judgeTraces,
  type Seen,
} from './support/judge.js';
import type { Span } from './support/shop-process.js';
import { datadogSpans, elasticSpans, newRelicSpans } from './support/spans.js';

/** A shop in a process of its own, whose shoppers the runner plays. */
export interface ShopCase {
  readonly name: string;
  /** The lines of Node.js to run it on. */
  readonly nodes: readonly string[];
  /** A script of `processes/`. */
  readonly script: string;
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether Node.js itself trusts the stand-in, not only `ca`. */
  readonly machineTrusts?: true;
  /** How many shoppers come; more than one come in turn and then together. */
  readonly shoppers: 1 | 8;
  /** What the agent's own server has received before the shoppers come. */
  readonly readyWith?: string;
  judge(seen: Seen & { output: string }): string;
}

/** A test runner with the tests of an app, whose assertions are its own. */
export interface SuiteCase {
  readonly name: string;
  readonly nodes: readonly string[];
  /** A command line for Node.js, in `processes/`. */
  readonly suite: readonly string[];
}

const ALL = ['20', '22', '24'] as const;
const NEWER = ['22', '24'] as const;
const MOCKED = 'cuss_secret_of_the_mock';

/** A tracing agent in front of the shop. */
function agent(
  name: string,
  nodes: readonly string[],
  { spans, ...rest }: Partial<ShopCase> & { spans: (seen: Seen & { output: string }) => readonly Span[] },
): ShopCase {
  return {
    name,
    nodes,
    script: 'session.cjs',
    shoppers: 8,
    judge: (seen) => `${judgeSessions(seen, 'stripe')}, ${judgeTraces(seen, spans(seen))}`,
    ...rest,
  };
}

const preload = (file: string, flag = '--require') => ({ execArgv: [flag, `./agents/${file}`] });
const inProcess = ({ report }: Seen) => report.spans;
const elastic = ({ places }: Seen) => elasticSpans(places.backend);
const newRelic = ({ places }: Seen) => newRelicSpans(places.backend);

const AGENTS: ShopCase[] = [
  agent('OpenTelemetry, CommonJS', ALL, { ...preload('opentelemetry.cjs'), spans: inProcess }),
  agent('OpenTelemetry, ES modules', ALL, {
    ...preload('opentelemetry.mjs', '--import'),
    script: 'session.mjs',
    spans: inProcess,
  }),
  agent('dd-trace 5', ['20'], {
    ...preload('dd-trace.cjs'),
    env: { WORLD_AGENT: 'dd-trace-5' },
    spans: ({ output }) => datadogSpans(output),
  }),
  agent('dd-trace 6', NEWER, {
    ...preload('dd-trace.cjs'),
    env: { WORLD_AGENT: 'dd-trace' },
    spans: ({ output }) => datadogSpans(output),
  }),
  agent('newrelic 13', ['20'], {
    ...preload('newrelic.cjs'),
    env: { WORLD_AGENT: 'newrelic-13' },
    readyWith: 'method=agent_settings',
    spans: newRelic,
  }),
  agent('newrelic 14', NEWER, {
    ...preload('newrelic.cjs'),
    env: { WORLD_AGENT: 'newrelic' },
    readyWith: 'method=agent_settings',
    spans: newRelic,
  }),
  agent('elastic-apm-node 4', ALL, { ...preload('elastic.cjs'), spans: elastic }),
  agent('@sentry/node 11', ALL, { ...preload('sentry.cjs', '--import'), spans: inProcess }),
];

/** A library that replaces what Node.js sends requests with. */
function mocks(name: string, nodes: readonly string[], script: string, library: string): ShopCase[] {
  const env = (mock: string) => ({ WORLD_PACKAGE: library, WORLD_MOCK: mock });
  return [
    {
      name: `${name} mocks Stripe`,
      nodes,
      script,
      env: env('stripe'),
      shoppers: 1,
      judge: (seen) => judgeMock(seen, MOCKED),
    },
    { name: `${name} mocks another host`, nodes, script, env: env('another'), shoppers: 8, judge: besides },
  ];
}

function besides(seen: Seen): string {
  const evidence = judgeSessions(seen, 'stripe');
  if (seen.report.mocksAnother !== true) throw new Error('the mock of the other host was not at work');
  return evidence;
}

function nockForbids(name: string, nodes: readonly string[], library: string): ShopCase {
  return {
    name: `${name} forbids the network`,
    nodes,
    script: 'nock.cjs',
    env: { WORLD_PACKAGE: library, WORLD_MOCK: 'nothing' },
    shoppers: 1,
    judge: judgeRefusal,
  };
}

const MOCKS: ShopCase[] = [
  ...mocks('nock 13', ALL, 'nock.cjs', 'nock-13'),
  nockForbids('nock 13', ['20'], 'nock-13'),
  ...mocks('nock 14', ALL, 'nock.cjs', 'nock-14'),
  nockForbids('nock 14', ['20'], 'nock-14'),
  ...mocks('nock 15', NEWER, 'nock.cjs', 'nock-15'),
  nockForbids('nock 15', ['22'], 'nock-15'),
  ...mocks('msw 2', ALL, 'msw.cjs', 'msw'),
  ...mocks('msw 3', NEWER, 'msw.cjs', 'msw-3'),
  { name: 'undici mocks another host', nodes: ALL, script: 'undici.cjs', shoppers: 8, judge: besides },
];

function stub(name: string, mode: string): ShopCase {
  const env = { WORLD_MOCK: mode };
  const judge = (seen: Seen) => judgeMock(seen, MOCKED);
  return { name, nodes: ['20', '24'], script: 'stub.cjs', env, shoppers: 1, judge };
}

const STUBS: ShopCase[] = [
  stub('stub on customerSessions.create', 'own'),
  stub('stub on its prototype', 'prototype'),
  {
    ...stub('spy on customerSessions.create', 'spy'),
    shoppers: 8,
    judge(seen) {
      const evidence = judgeSessions(seen, 'stripe');
      if (seen.report.mockCalls !== 8) throw new Error(`the spy saw ${seen.report.mockCalls} calls`);
      return `${evidence}, the spy saw each`;
    },
  },
];

function proxied(name: string, script: string, library: string): ShopCase {
  return {
    name,
    nodes: ['20', '24'],
    script,
    env: { WORLD_PACKAGE: library },
    shoppers: 8,
    judge: (seen) => judgeSessions(seen, 'proxy'),
  };
}

const PROXIES: ShopCase[] = [
  proxied('global-agent 3', 'global-agent.cjs', 'global-agent-3'),
  {
    // 4.1.3 compares every certificate with "localhost" (it looks for a flag of agent-base's that Node.js does not set), so
    // that no program's request gets through. What is to hold here is that the key stays where it is.
    ...proxied('global-agent 4', 'global-agent.cjs', 'global-agent'),
    machineTrusts: true,
    shoppers: 1,
    judge: judgeFailure,
  },
  proxied('https-proxy-agent 7 as httpAgent', 'https-proxy-agent.cjs', 'https-proxy-agent-7'),
  proxied('https-proxy-agent 9 as httpAgent', 'https-proxy-agent.cjs', 'https-proxy-agent'),
];

export const SHOPS: readonly ShopCase[] = [...AGENTS, ...MOCKS, ...STUBS, ...PROXIES];

export const SUITES: readonly SuiteCase[] = [
  {
    name: "jest.mock('stripe') and createStripe",
    nodes: ALL,
    suite: ['../node_modules/jest/bin/jest.js', '--rootDir=jest', '--config=jest/jest.config.cjs'],
  },
  {
    name: "vi.mock('stripe') and the app's own new Stripe()",
    nodes: ALL,
    suite: ['../node_modules/vitest/vitest.mjs', 'run', '--root=vitest'],
  },
];
