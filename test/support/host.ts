import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type Express, type Request } from 'express';
import {
  type AnswerFormat,
  type Awaitable,
  type CustomerSessionEvent,
  type CustomerSessionGuardOptions,
  type CustomerSessionSourceOptions,
  createStripe,
  customerSessionRouter,
  savedPaymentMethods,
} from '../../src/index.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { localCertificate } from './certificate.js';

/** The user that the test hosts sign in by the header `x-user`; `customer` is what their record holds. */
export interface TestUser {
  name: string;
  customer: string | null;
}

export type HostOptions = Partial<
  CustomerSessionSourceOptions<TestUser> &
    CustomerSessionGuardOptions & {
      authenticate: (req: Request) => Awaitable<TestUser | null | undefined>;
      format: AnswerFormat;
    }
>;

export interface HostSettings {
  options?: HostOptions;
  /** Runs before the router is mounted: `trust proxy`, cors, sessions, … */
  prepare?: (app: Express) => void;
  /** Plain HTTP instead of TLS. */
  plain?: boolean;
  path?: string;
  /** Without `onEvent`. */
  isUnheard?: boolean;
  /** How the router is mounted. */
  mount?: 'use' | 'post';
}

export interface TestHost {
  server: Server;
  origin: string;
  /** Host and port as the `Host` header names them. */
  authority: string;
  path: string;
  emulator: StripeEmulator;
  events: CustomerSessionEvent[];
  /** How often each callback ran, the limiter's store included. */
  calls: { authenticate: number; resolve: number; limiter: number };
  /** What a test changes between requests. */
  users: Map<string, string | null>;
  close(): Promise<void>;
}

export const ADA = 'cus_Ada0000000000001';

// A busy machine is late: only who tests a deadline has a short one.
const DEADLINE_MS = 50_000;
const ATTEMPT_MS = 20_000;

/** An Express app with the router mounted on it, over TLS unless told otherwise, against the emulator. */
export async function startHost(settings: HostSettings = {}): Promise<TestHost> {
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: ADA, email: 'ada@example.com' });
  const stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig, attemptTimeoutMs: ATTEMPT_MS });
  const events: CustomerSessionEvent[] = [];
  const calls = { authenticate: 0, resolve: 0, limiter: 0 };
  const users = new Map<string, string | null>([
    ['ada', ADA],
    ['nobody-yet', null],
  ]);
  const path = settings.path ?? '/customer-session';
  const app = express();
  settings.prepare?.(app);
  app[settings.mount ?? 'use'](
    path,
    customerSessionRouter<TestUser>({
      authenticate: (req) => {
        calls.authenticate += 1;
        return userOf(req, users);
      },
      resolveCustomer: (user) => {
        calls.resolve += 1;
        return user.customer;
      },
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe,
      deadlineMs: DEADLINE_MS,
      ...(settings.isUnheard ? {} : { onEvent: (event) => void events.push(event) }),
      ...counted(settings.options ?? {}, calls),
    }),
  );
  const server = settings.plain ? createHttpServer(app) : createHttpsServer(await localCertificate(), app);
  // A connection that is closed as a request goes out on it would be taken for a fault of the router's.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    server,
    origin: `${settings.plain ? 'http' : 'https'}://${authority}`,
    authority,
    path,
    emulator,
    events,
    calls,
    users,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await stripe.close();
      await emulator.close();
    },
  };
}

function userOf(req: Request, users: Map<string, string | null>): TestUser | undefined {
  const name = req.get('x-user');
  return name !== undefined && users.has(name) ? { name, customer: users.get(name) ?? null } : undefined;
}

// Counts what reaches the limiter through a store of its own, unless the test brings one or wants none.
function counted(options: HostOptions, calls: TestHost['calls']): HostOptions {
  if (options.rateLimit === false || options.rateLimit?.store !== undefined) return options;
  const hits = new Map<string, number>();
  const windowMs = options.rateLimit?.windowMs ?? 60_000;
  const store = {
    localKeys: true,
    increment: (key: string) => {
      calls.limiter += 1;
      const totalHits = (hits.get(key) ?? 0) + 1;
      hits.set(key, totalHits);
      return { totalHits, resetTime: new Date(Date.now() + windowMs) };
    },
    decrement: () => undefined,
    resetKey: (key: string) => {
      hits.delete(key);
    },
  };
  return { ...options, rateLimit: { limit: 1_000_000, ...options.rateLimit, store } };
}
