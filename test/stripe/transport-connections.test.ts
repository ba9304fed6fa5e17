import type { IncomingMessage } from 'node:http';
import { startBadUpstream } from '../support/bad-upstream.js';
import { until } from '../support/until.js';
import { answerWell, type Handler, PARAMS, startUpstream, type Upstream } from './upstream.js';

let upstream: Upstream;
const start = async (handler?: Handler) => {
  upstream = await startUpstream(handler);
  return upstream;
};
afterEach(() => upstream.close());

/** The connection that a request came on, by the order of opening. */
const connectionOf = ({ socket }: IncomingMessage) =>
  upstream.connections.findIndex((one) => one.remotePort === socket.remotePort);

test('calls one after the other share one connection', async () => {
  const stripe = (await start()).client();
  for (let call = 0; call < 5; call += 1) await stripe.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(1);
});

test('the connection given back last is used first', async () => {
  const open: (() => void)[] = [];
  const stripe = (await start((_request, response) => open.push(() => answerWell(response)))).client();
  const calls = Array.from({ length: 4 }, () => stripe.customerSessions.create(PARAMS));
  await until(() => open.length === 4);
  // Given back in this order; the second request's connection comes last.
  for (const index of [0, 2, 3, 1]) {
    open[index]?.();
    await calls[index];
  }
  const last = upstream.requests[1];
  for (let call = 0; call < 3; call += 1) {
    const again = stripe.customerSessions.create(PARAMS);
    await until(() => open.length === 5 + call);
    open[4 + call]?.();
    await again;
  }
  expect(upstream.connections).toHaveLength(4);
  expect(upstream.requests.slice(4).map(connectionOf)).toEqual(Array(3).fill(last && connectionOf(last)));
});

test('no more than maxSockets are open, and whoever waits takes the first that is free', async () => {
  const stripe = (await start()).client({ maxSockets: 3 });
  const sessions = await Promise.all(
    Array.from({ length: 30 }, () => stripe.customerSessions.create(PARAMS)),
  );
  expect(sessions).toHaveLength(30);
  expect(upstream.connections).toHaveLength(3);
});

test('a second burst opens no new connections', async () => {
  const open: (() => void)[] = [];
  const stripe = (await start((_request, response) => open.push(() => answerWell(response)))).client();
  for (const _burst of [1, 2, 3]) {
    const calls = Array.from({ length: 40 }, () => stripe.customerSessions.create(PARAMS));
    await until(() => open.length === 40);
    for (const answer of open.splice(0)) answer();
    await Promise.all(calls);
  }
  expect(upstream.requests).toHaveLength(120);
  expect(upstream.connections).toHaveLength(40);
});

test('an idle connection older than keepAliveMs is closed', async () => {
  const stripe = (await start()).client({ keepAliveMs: 100 });
  await stripe.customerSessions.create(PARAMS);
  await until(() => upstream.connections.every((socket) => socket.destroyed));
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(2);
});

test.each([
  ['timeout=1', 2],
  ['timeout=30', 1],
  ['max=100', 1],
  ['rubbish', 1],
])('the hint "Keep-Alive: %s" is honoured, one second early', async (hint, connections) => {
  const stripe = (await start((_request, response) => answerWell(response, { 'Keep-Alive': hint }))).client();
  await stripe.customerSessions.create(PARAMS);
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(connections);
});

test('a connection that the server closed while idle is not used', async () => {
  const stripe = (await start()).client();
  await stripe.customerSessions.create(PARAMS);
  upstream.server.closeIdleConnections();
  await until(() => upstream.connections.every((socket) => socket.destroyed));
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(2);
});

test('bytes on an idle connection are never taken for the next answer', async () => {
  const stripe = (await start()).client();
  await stripe.customerSessions.create(PARAMS);
  upstream.connections[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  await until(() => upstream.connections[0]?.destroyed === true);
  const session = await stripe.customerSessions.create(PARAMS);
  expect(session.customer).toBe('cus_Ada');
  expect(upstream.connections).toHaveLength(2);
});

test('a later connection resumes the TLS session of an earlier one', async () => {
  const stripe = (
    await start((_request, response) => answerWell(response, { Connection: 'close' }))
  ).client();
  await stripe.customerSessions.create(PARAMS);
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.resumed).toEqual([false, true]);
});

test('close lets calls under way end, takes no more, and leaves no connection', async () => {
  const open: (() => void)[] = [];
  const stripe = (await start((_request, response) => open.push(() => answerWell(response)))).client();
  const underWay = stripe.customerSessions.create(PARAMS);
  await until(() => open.length === 1);
  const closed = stripe.close();
  await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({ detail: { code: 'ECLOSED' } });
  await expect(stripe.warmUp()).resolves.toBe(false);
  open[0]?.();
  await expect(underWay).resolves.toMatchObject({ customer: 'cus_Ada' });
  await closed;
  await until(() => upstream.connections.every((socket) => socket.destroyed));
});

test('close may be called twice, also with calls under way', async () => {
  const open: (() => void)[] = [];
  const stripe = (await start((_request, response) => open.push(() => answerWell(response)))).client();
  const underWay = stripe.customerSessions.create(PARAMS);
  await until(() => open.length === 1);
  const closed = Promise.all([stripe.close(), stripe.close()]);
  open[0]?.();
  await closed;
  await expect(underWay).resolves.toMatchObject({ object: 'customer_session' });
});

test.each([
  ['connect: tls-wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['connect: tls-expired', 'CERT_HAS_EXPIRED'],
  ['connect: tls-unknown-authority', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
])('%s is refused at once, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async (mode, reason) => {
  await start();
  const { host, port, ca, close, requests } = await startBadUpstream({ mode, tls: true });
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const stripe = upstream.client({ host, port, ca });
    await expect(stripe.customerSessions.create(PARAMS)).rejects.toMatchObject({
      detail: { code: 'ECONN', reason, attempts: 1 },
    });
    expect(requests.count).toBe(0);
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    await close();
  }
});
