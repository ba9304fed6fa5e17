// The server under soak, in a process of its own (`--expose-gc`): what is published, over a directory in memory, with the
// router and the issuer, and every limit at its default.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request } from 'express';
import {
  CustomerSessionProblem,
  createStripe,
  customerDirectory,
  customerSessionGuard,
  customerSessionIssuer,
  customerSessionRouter,
  memoryStore,
  savedPaymentMethods,
} from 'express-stripe-customer-session';
import { serveCalls } from '../../bench/processes.js';

export interface SoakStart {
  readonly key: string;
  readonly stripe: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };
}

export interface Reading {
  /** After a collection, in bytes. */
  readonly heap: number;
  /** What keeps the event loop alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** Codes or names of process warnings so far. */
  readonly warnings: readonly string[];
}

// tsx turns source maps on, which keep a copy of every file.
process.setSourceMapsEnabled(false);

const warnings: string[] = [];
process.on('warning', (warning: NodeJS.ErrnoException) => warnings.push(warning.code ?? warning.name));

async function start({ key, stripe: config }: SoakStart): Promise<number> {
  const stripe = createStripe(key, config);
  const directory = customerDirectory<string>({
    stripe,
    store: memoryStore(),
    userId: (user) => user,
    profile: (user) => ({ metadata: { user } }),
  });
  const issuer = customerSessionIssuer<string>({
    resolveCustomer: directory.resolve,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe,
  });
  const userOf = (req: Request) => req.get('x-user') ?? '';
  const app = express().set('trust proxy', 'loopback');
  app.use('/customer-session', customerSessionRouter({ issuer, authenticate: userOf }));
  app.post('/checkout', customerSessionGuard(), (req, res) => {
    issuer.issue(userOf(req), req).then(
      (session) => res.json(session.toAnswer()),
      (problem: unknown) => {
        if (!(problem instanceof CustomerSessionProblem)) throw problem;
        res.status(problem.status).json({ code: problem.code });
      },
    );
  });
  // On a busy machine hundreds of connections wait to be accepted; of more than the backlog some would be reset.
  const server = createServer(app).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  // A connection that is closed as a request goes out on it would be taken for a fault of the router's.
  server.keepAliveTimeout = 0;
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function read(): Reading {
  // The second collection frees what finalizers of the first let go.
  globalThis.gc?.();
  globalThis.gc?.();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heap: process.memoryUsage().heapUsed, handles, warnings };
}

serveCalls({ start, read });
process.once('disconnect', () => process.exit());
