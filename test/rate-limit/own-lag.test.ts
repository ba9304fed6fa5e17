import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Options, Store } from 'express-rate-limit';
import { guardedStore } from '../../src/rate-limit/guarded-store.js';

const TIMEOUT_MS = 20;

// Answers each byte with one, from a thread of its own, and counts its answers in memory that we can wait for.
const SERVER = `
  const { workerData, parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    socket.on('data', () => {
      socket.write('.');
      Atomics.add(workerData, 0, 1);
      Atomics.notify(workerData, 0);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

it('H8 guardedStore does not take its own lag for the fault of the store', async () => {
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SERVER, { eval: true, workerData: answers });
  const [port] = await once(worker, 'message');
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const elsewhere = 100;
  let total = elsewhere;
  const store: Store = {
    increment: async () => {
      socket.write('.');
      await once(socket, 'data');
      total += 1;
      return { totalHits: total, resetTime: undefined };
    },
    decrement: () => undefined,
    resetKey: () => undefined,
  };
  const onStateChange = jest.fn();
  const guarded = guardedStore(() => store, { timeoutMs: TIMEOUT_MS, failures: 1, onStateChange });
  await guarded.init?.({ windowMs: 60_000, limit: 1_000 } as Options);
  await guarded.increment('ada');

  for (let turn = 0; turn < 3; turn += 1) {
    const before = Atomics.load(answers, 0);
    const hit = guarded.increment('ada');
    // The call is made once the promises before it have been resolved.
    await new Promise((resolve) => setImmediate(resolve));
    // This process does nothing until the answer is there, and for ten time-outs more.
    Atomics.wait(answers, 0, before);
    Atomics.wait(answers, 0, before + 1, TIMEOUT_MS * 10);
    expect(await hit).toMatchObject({ totalHits: total });
  }
  expect(total).toBe(elsewhere + 2 + 3);
  expect(onStateChange).not.toHaveBeenCalled();

  socket.destroy();
  await worker.terminate();
});
