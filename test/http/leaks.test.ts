import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import express from 'express';
import Stripe from 'stripe';
import { createStripe } from '../../src/stripe/client.js';
import { CANARIES, findLeaks } from '../faults/report.js';
import { type FaultMode, faultModes, startBadUpstream } from '../support/bad-upstream.js';
import { call } from '../support/call.js';
import { type FaultApp, startFaultApp } from '../support/fault-app.js';
import { isSurvivedByAnyClient, timesOf } from '../support/fault-modes.js';
import { LIVE, textReachedFrom } from '../support/fault-reach.js';
import { fewAtATime } from '../support/few-at-a-time.js';
import { startHost } from '../support/host.js';

// What is printed is `test/faults`'s. This is about what can be reached without being printed.
const OURS = 'express-stripe-customer-session';
// Published by Node.js before anyone else sees the error: for an answer that is not HTTP it holds the bytes that came.
const OF_PARSER = 'http.client.request.error';
const CHANNELS = [
  OURS,
  OF_PARSER,
  ...['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((at) => `tracing:express.router.request:${at}`),
  ...['request:create', 'request:headers', 'request:error', 'client:connectError'].map(
    (at) => `undici:${at}`,
  ),
  'http.client.request.start',
  'http.client.response.finish',
  'http.server.request.start',
  'http.server.response.finish',
  'net.client.socket',
];

interface Reached {
  /** Of every event, with the error in it. */
  events: string[];
  /** Bodies and headers of every refusal. */
  refusals: string[];
  /** Of everything published meanwhile, by channel. */
  published: Map<string, string[]>;
}

/** Runs `use` and collects what the diagnostics channels let out meanwhile. What is printed, warnings too: `test/faults`. */
async function listen(use: (reached: Reached) => Promise<void>): Promise<Reached> {
  const reached: Reached = { events: [], refusals: [], published: new Map() };
  const onMessage = (message: unknown, name: string | symbol) => {
    const texts = reached.published.get(String(name)) ?? [];
    reached.published.set(String(name), [...texts, textReachedFrom(message, name === OURS ? [] : LIVE)]);
  };
  for (const name of CHANNELS) subscribe(name, onMessage);
  await use(reached);
  for (const name of CHANNELS) unsubscribe(name, onMessage);
  return reached;
}

async function runMode(mode: FaultMode, { app, client, path, reached }: RunSettings): Promise<void> {
  const tls = client === 'createStripe';
  const upstream = await startBadUpstream({ mode: mode.name, tls });
  const { host, port, protocol, ca } = upstream;
  const { deadlineMs, attemptTimeoutMs } = timesOf(mode.name, tls ? 'own' : 'host');
  const own = tls ? createStripe(CANARIES.key, { host, port, protocol, ca, attemptTimeoutMs }) : undefined;
  app.mount(path, {
    stripe: own ?? new Stripe(CANARIES.key, { host, port, protocol }),
    deadlineMs,
    onEvent: (event) => reached.events.push(textReachedFrom(event)),
  });
  const { status, text, rawHeaders } = await app.ask(path, `sid=${CANARIES.cookie}`);
  if (status !== 200) reached.refusals.push([text, ...rawHeaders].join('\n'));
  await own?.close();
  await upstream.close();
}

interface RunSettings {
  app: FaultApp;
  client: 'createStripe' | 'new Stripe';
  path: string;
  reached: Reached;
}

// Every canary's plain text holds the word; `findLeaks` knows the encodings.
function leaksIn(texts: readonly string[]): string[] {
  return texts.filter((text) => /canary/i.test(text) || findLeaks(text).length > 0);
}

describe.each(['createStripe', 'new Stripe'] as const)('over a client made by %s', (client) => {
  const modes = faultModes.filter(
    (mode) => client === 'createStripe' || (!mode.tlsOnly && isSurvivedByAnyClient(mode)),
  );
  let reached: Reached;

  beforeAll(async () => {
    const app = await startFaultApp();
    reached = await listen(async (all) => {
      await fewAtATime(modes, (mode, index) =>
        runMode(mode, { app, client, path: `/mode-${index}`, reached: all }),
      );
    });
    await app.close();
  }, 300_000);

  it('no event, and no error in one, leads to a secret, the key or the cookie', () => {
    expect(reached.events).toHaveLength(modes.length);
    expect(reached.events.join()).toContain('stripe_mismatch');
    expect(leaksIn(reached.events)).toEqual([]);
  });

  it('no refusal holds one, in its body or its headers', () => {
    expect(reached.refusals.length).toBeGreaterThan(modes.length / 2);
    expect(leaksIn(reached.refusals)).toEqual([]);
  });

  it('no diagnostics channel leads to one, but the live request of the host and bytes that are not HTTP', () => {
    const { [OURS]: own = [], [OF_PARSER]: parser = [], ...others } = Object.fromEntries(reached.published);
    expect(own).toHaveLength(modes.length);
    expect(leaksIn(own)).toEqual([]);
    expect(leaksIn(Object.values(others).flat())).toEqual([]);
    expect(leaksIn(parser).filter((text) => !/^HPE_/m.test(text))).toEqual([]);
  });
});

describe('the scan finds', () => {
  const secret = CANARIES.secret;
  it.each([
    ['a cause', new Error('x', { cause: new Error(secret) })],
    ['a hidden property', Object.defineProperty({}, 'raw', { value: { rawBody: secret } })],
    ['a symbol', { [Symbol('s')]: { [Symbol(secret)]: 1 } }],
    ['a getter', Object.defineProperty({}, 'late', { get: () => secret })],
    ['a Map', { kept: new Map([[{ secret }, 1]]) }],
    ['bytes', { body: Buffer.from(`{"client_secret":"${secret}"}`) }],
    [
      'base64 in a list of errors',
      new AggregateError([new Error(Buffer.from(`a${secret}`).toString('base64'))]),
    ],
  ])('%s', (_name, value) => {
    expect(leaksIn([textReachedFrom(value)])).toHaveLength(1);
  });

  it("stripe-node's own error, where a host hands that on", async () => {
    const upstream = await startBadUpstream({ mode: '200 with garbled JSON', tls: false });
    const { host, port, protocol } = upstream;
    const stripe = new Stripe(CANARIES.key, { host, port, protocol });
    const create = stripe.customerSessions.create({ customer: 'cus_Ada', components: {} });
    const error: unknown = await create.catch((reason: unknown) => reason);
    await upstream.close();
    expect(findLeaks(textReachedFrom(error))).toContain('secret');
  });

  it('a handler that resolves with the session, where Express publishes it', async () => {
    const tracing = 'lazyrouter' in express.application ? 4 : 5;
    const reached = await listen(async () => {
      const host = await startHost({
        prepare: (app) => app.post('/leaky', async (_req, res) => res.end() && { client_secret: secret }),
      });
      await call(host, { path: '/leaky' });
      await host.close();
    });
    const leaking = [...reached.published].filter(([, texts]) => leaksIn(texts).length > 0);
    expect(leaking.map(([name]) => name)).toEqual(
      tracing === 4
        ? []
        : ['tracing:express.router.request:asyncStart', 'tracing:express.router.request:asyncEnd'],
    );
  });
});
