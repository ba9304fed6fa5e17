import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Asker, type Connecting } from '../../src/doctor/ask.js';
import { failingLookup, startLoopback } from '../support/loopback.js';

const MOST_BYTES = 64 * 1024;
const PATIENCE_MS = 15_000;

const open: Array<() => void> = [];
afterEach(() => {
  jest.useRealTimers();
  for (const close of open.splice(0)) close();
});

function makeAsker(connecting: Connecting = {}): Asker {
  const asker = new Asker(connecting);
  open.push(() => asker.close());
  return asker;
}

async function startServer(answer: (res: ServerResponse) => void): Promise<{ server: Server; url: URL }> {
  const { server, port, close } = await startLoopback((_req, res) => answer(res));
  open.push(close);
  return { server, url: new URL(`http://127.0.0.1:${port}`) };
}

/** How many connections the server was given until now. */
function countConnections(server: Server): () => number {
  let count = 0;
  server.on('connection', () => {
    count += 1;
  });
  return () => count;
}

describe('how the doctor asks', () => {
  it('tells status, headers, body, how long it took and when it came', async () => {
    const { url } = await startServer((res) => res.writeHead(418, { 'x-of': 'the app' }).end('h\u00e9'));
    const before = Date.now();
    const answer = await makeAsker().ask(url, { method: 'POST' });
    expect(answer).toMatchObject({ status: 418, body: 'h\u00e9', headers: { 'x-of': 'the app' } });
    if (!('status' in answer)) throw new Error('no answer');
    expect(answer.at).toBeGreaterThanOrEqual(before);
    expect(answer.at).toBeLessThanOrEqual(Date.now());
    expect(answer.ms).toBeGreaterThan(0);
    expect(answer.ms).toBeLessThan(PATIENCE_MS);
  });

  it('keeps a connection for the next request, and leaves none when closed', async () => {
    const { server, url } = await startServer((res) => res.end('x'.repeat(MOST_BYTES)));
    const connections = countConnections(server);
    const asker = makeAsker();
    const [socket] = await Promise.all([once(server, 'connection'), asker.ask(url, { method: 'GET' })]);
    expect(await asker.ask(url, { method: 'GET' })).toMatchObject({ body: 'x'.repeat(MOST_BYTES) });
    expect(connections()).toBe(1);
    const closed = once(socket[0] as Socket, 'close');
    asker.close();
    await closed;
  });

  it('takes the first 64 KiB of a body that has no end', async () => {
    const { url } = await startServer((res) => void res.write('x'.repeat(MOST_BYTES + 1)));
    expect(await makeAsker().ask(url, { method: 'GET' })).toMatchObject({
      status: 200,
      body: 'x'.repeat(MOST_BYTES),
    });
  });

  it('gives up after 15 s', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const { server, url } = await startServer(() => undefined);
    const answer = makeAsker().ask(url, { method: 'GET' });
    await once(server, 'request');
    jest.advanceTimersByTime(PATIENCE_MS);
    expect(await answer).toEqual({ silence: 'ETIMEDOUT' });
  });

  it('names what cut an answer off', async () => {
    const { url } = await startServer((res) => {
      res.writeHead(200, { 'content-length': 10 });
      res.write('half', () => res.destroy());
    });
    expect(await makeAsker().ask(url, { method: 'GET' })).toEqual({ silence: 'ECONNRESET' });
  });

  it.each([
    ['ENOTFOUND', 'ENOTFOUND'],
    ['E2', 'E2'],
    [`E${'X'.repeat(60)}`, `E${'X'.repeat(60)}`],
    [`E${'X'.repeat(61)}`, 'no answer'],
    ['E', 'no answer'],
    ['2E', 'no answer'],
    ['ENOTFOUND canary', 'no answer'],
    ['canary ENOTFOUND', 'no answer'],
    [undefined, 'no answer'],
    [7, 'no answer'],
    [['ENOTFOUND'], 'no answer'],
  ])('of a failure with the code %p it says %p', async (code, said) => {
    const asker = makeAsker({ lookup: failingLookup(code) });
    expect(await asker.ask(new URL('http://shop.example/'), { method: 'GET' })).toEqual({ silence: said });
  });
});
