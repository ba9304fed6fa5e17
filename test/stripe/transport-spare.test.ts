import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until.js';
import { answerWell, attemptsOf, type Handler, PARAMS, startUpstream, type Upstream } from './upstream.js';

let upstream: Upstream;
const start = async (handler?: Handler) => {
  upstream = await startUpstream(handler);
  return upstream;
};
afterEach(() => upstream.close());

const SPARE = { spareConnection: true };
const opened = (count: number) => until(() => upstream.connections.length === count);

test('a call that connects leaves a spare behind, which no later call on the first connection uses', async () => {
  const stripe = (await start()).client(SPARE);
  await stripe.customerSessions.create(PARAMS);
  await opened(2);
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(2);
  expect(upstream.requests.every(({ socket }) => socket === upstream.requests[0]?.socket)).toBe(true);
});

test('warmUp opens the spare, the first call uses it, and another is opened', async () => {
  const stripe = (await start()).client(SPARE);
  await expect(stripe.warmUp()).resolves.toBe(true);
  await expect(stripe.warmUp()).resolves.toBe(true);
  await opened(1);
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.requests[0]?.socket.remotePort).toBe(upstream.connections[0]?.remotePort);
  await opened(2);
});

test('warmUp tells that Stripe cannot be reached, or that there is no spare', async () => {
  await start();
  await expect(upstream.client({ ...SPARE, port: 1 }).warmUp()).resolves.toBe(false);
  await expect(upstream.client().warmUp()).resolves.toBe(false);
  expect(upstream.connections).toHaveLength(0);
});

test('a spare that the server closes is opened again, and the call after it waits for no handshake', async () => {
  const stripe = (await start()).client(SPARE);
  await stripe.customerSessions.create(PARAMS);
  await opened(2);
  for (const socket of upstream.connections) socket.destroy();
  await opened(3);
  await until(() => upstream.connections[2]?.getProtocol() !== null);
  await stripe.customerSessions.create(PARAMS);
  expect(upstream.requests[1]?.socket.remotePort).toBe(upstream.connections[2]?.remotePort);
});

test('a spare that nobody calls on is not opened again and again', async () => {
  const stripe = (await start()).client(SPARE);
  await stripe.warmUp();
  await opened(1);
  upstream.connections[0]?.destroy();
  await until(() => upstream.connections[0]?.destroyed === true);
  // Another connection of this process, made afterwards and seen by the server, and still no second spare.
  const other = upstream.client();
  await other.customerSessions.create(PARAMS);
  expect(upstream.connections).toHaveLength(2);
});

test('a spare that turns out dead is made up for by one retry, at once, with the same key', async () => {
  const stripe = (
    await start((request, response) => {
      if (request.socket.remotePort === upstream.connections[0]?.remotePort) request.socket.destroy();
      else answerWell(response);
    })
  ).client({ ...SPARE, maxNetworkRetries: 0 });
  await stripe.warmUp();
  expect(attemptsOf(await stripe.customerSessions.create(PARAMS))).toBe(2);
  expect(new Set(upstream.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
});

test('a spare that got bytes is closed, not used', async () => {
  const stripe = (await start()).client(SPARE);
  await stripe.warmUp();
  await opened(1);
  upstream.connections[0]?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  // An answer to another client, after which the bytes have arrived as well.
  await upstream.client().customerSessions.create(PARAMS);
  await expect(stripe.customerSessions.create(PARAMS)).resolves.toMatchObject({ customer: 'cus_Ada' });
  await until(() => upstream.connections[0]?.destroyed === true);
});

test('neither the spare nor idle connections keep a process alive', async () => {
  await start();
  const script = `
    process.emitWarning = () => undefined;
    const { createStripe } = require(${JSON.stringify(path.resolve('dist/stripe/client.js'))});
    const stripe = createStripe('sk_test_x', ${JSON.stringify({ host: 'localhost', port: upstream.port })});
    stripe.customerSessions.create({}).catch((error) => process.stdout.write(error.detail.reason));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  expect(stdout).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
});
