// A host app in a process of its own, whose Stripe misbehaves in one mode after the other. What a browser was
// answered, and all that can be seen from inside the process, goes to the report; a crash leaves it as it is then.

import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:https';
import Module, { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import pino from 'pino';
import Stripe from 'stripe';
import { startBadUpstream } from '../support/bad-upstream.js';
import { localCertificate } from '../support/certificate.js';
import { timesOf } from '../support/fault-modes.js';
import { until } from '../support/until.js';
import { ask } from './ask.js';
import { CANARIES, type FaultReport, type FaultRun } from './report.js';

const run: FaultRun = JSON.parse(process.argv[2] ?? '');

if (run.express === 4) resolveExpressAs('express4');
const load = createRequire(__filename);
const library: typeof import('express-stripe-customer-session') = load(run.library);
const express: typeof import('express') = load(run.express === 4 ? 'express4' : 'express');

const seen: string[] = [];
const rejections: string[] = [];
const log = pino(pino.destination({ sync: true }));
process.on('unhandledRejection', (reason) => rejections.push(String(reason)));
process.on('warning', (warning) => seen.push(inspect(warning)));
for (const name of ['express-stripe-customer-session', 'undici:request:create', 'undici:request:error']) {
  subscribe(name, (message) => seen.push(inspect(message, EVERYTHING)));
}
// Its messages hold the host's own request, cookie and all; ours is what a handler resolved with.
subscribe('express.router.request', (message) => seen.push(inspect(Object(message).result, EVERYTHING)));
subscribe('tracing:express.router.request:asyncEnd', (message) =>
  seen.push(inspect(Object(message).result, EVERYTHING)),
);

const EVERYTHING = { depth: Number.POSITIVE_INFINITY, showHidden: true } as const;

async function runMode(mode: string): Promise<FaultReport> {
  const upstream = await startBadUpstream({ mode, tls: true });
  const { host, port, protocol, ca } = upstream;
  const { deadlineMs, attemptTimeoutMs } = timesOf(mode, run.client);
  const own =
    run.client === 'own'
      ? library.createStripe(CANARIES.key, { host, port, protocol, ca, attemptTimeoutMs })
      : undefined;
  const stripe =
    own ??
    new Stripe(CANARIES.key, {
      host,
      port,
      protocol,
      timeout: 1_800,
      maxNetworkRetries: 1,
      telemetry: false,
    });
  const outcomes: string[] = [];
  const app = express();
  app.use(
    '/customer-session',
    library.customerSessionRouter({
      stripe,
      authenticate: () => ({ customer: 'cus_Ada' }),
      resolveCustomer: (user) => user.customer,
      components: library.savedPaymentMethods({ save: 'on_session' }),
      deadlineMs,
      maxInFlight: 1,
      maxWaiting: 0,
      onEvent: (event) => {
        outcomes.push(event.outcome);
        // What a host might do with it: print it, or give it to a JSON logger.
        seen.push(inspect(event, EVERYTHING), JSON.stringify(event), String(event.error));
        if (event.error !== undefined) console.error(event.error);
        console.log(event);
        log.error({ event, err: event.error }, 'customer session');
        log.error(event.error);
      },
    }),
  );
  const server = createServer(await localCertificate(), app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = (server.address() as AddressInfo).port;
  const answer = await ask(target);
  if (answer.status !== 200) seen.push(JSON.stringify(answer.headers), answer.text);
  await own?.close();
  // The client is closed: a free slot shows by a refusal that is not `overloaded`.
  const slotFree = own === undefined ? undefined : (await ask(target)).json.code !== 'overloaded';
  const socketsLeft = own === undefined ? undefined : await settled(() => upstream.openSockets());
  server.closeAllConnections();
  server.close();
  await upstream.close();
  const { count, idempotencyKeys } = upstream.requests;
  const { status, json } = answer;
  const code = typeof json.code === 'string' ? json.code : 'ok';
  return {
    mode,
    status,
    code,
    events: outcomes.length - (own === undefined ? 0 : 1),
    requests: count,
    keys: idempotencyKeys.size,
    ...(slotFree === undefined ? {} : { slotFree }),
    ...(socketsLeft === undefined ? {} : { socketsLeft }),
  };
}

async function settled(count: () => number): Promise<number> {
  await until(() => count() === 0).catch(() => undefined);
  return count();
}

// The library's own `require('express')` as well.
function resolveExpressAs(name: string): void {
  const hooked = Module as unknown as { _resolveFilename: (request: string, ...rest: unknown[]) => string };
  const resolve = hooked._resolveFilename;
  hooked._resolveFilename = function resolveFilename(request, ...rest) {
    return resolve.call(this, request === 'express' ? name : request, ...rest);
  };
}

async function main(): Promise<void> {
  for (const mode of run.modes) {
    appendFileSync(run.reportFile, `${JSON.stringify({ started: mode })}\n`);
    const report = await runMode(mode);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const rejected = rejections.splice(0).length;
    appendFileSync(run.reportFile, `${JSON.stringify({ report: { ...report, rejected } })}\n`);
    appendFileSync(run.seenFile, `${seen.splice(0).join('\n')}\n`);
  }
  process.exit(0);
}

void main();
