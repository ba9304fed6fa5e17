// Compiled inside a project that has installed the package, never run: the types as the author of a server meets them.
import express, { type Request } from 'express';
import {
  activeEntitlements,
  type Components,
  type CustomerSessionEvent,
  type CustomerSessionIssuer,
  createStripe,
  customerDirectory,
  customerPortal,
  customerSessionRouter,
  guardedStore,
  memoryStore,
  pricingTable,
  savedPaymentMethods,
  stripeCspDirectives,
} from 'express-stripe-customer-session';
import { postgresStore } from 'express-stripe-customer-session/postgres';
import { redisStore } from 'express-stripe-customer-session/redis';
import { browserHeaders, startStripeEmulator } from 'express-stripe-customer-session/testing';
import Stripe from 'stripe';

interface User {
  id: string;
  email: string;
  stripeCustomerId: string | null;
}

declare function userOf(req: Request): User | undefined;

const app = express();
const stripe = createStripe('sk_test_types', { maxSockets: 64 });
const components: Components = {
  ...savedPaymentMethods({ save: 'on_session', redisplay: 'limited', limit: 3 }),
  ...pricingTable(),
};
const events: CustomerSessionEvent[] = [];

// The client that comes back is this project's own stripe-node.
export const asStripe: Stripe = stripe;
export const customer: Promise<Stripe.Customer> = stripe.customers.create({ email: 'ada@example.com' });

app.use(
  '/customer-session',
  customerSessionRouter({
    authenticate: userOf,
    resolveCustomer: (user) => user.stripeCustomerId,
    components,
    stripe,
    allowedOrigins: ['https://shop.example'],
    rateLimit: { limit: 10, windowMs: 60_000 },
    onEvent: (event, req) => {
      events.push(event);
      req.get('x-request-id');
    },
  }),
);

// A client of the host's own, and each of the shapes that a resolver may give.
const own = new Stripe('sk_test_types');
app.use(customerSessionRouter({ stripe: own, resolveCustomer: () => ({ customer: 'cus_1' }), components }));
app.use(
  customerSessionRouter<User>({
    authenticate: async (req) => userOf(req) ?? null,
    resolveCustomer: async (user, _req, missing) =>
      missing === undefined && user.stripeCustomerId !== null
        ? { customerAccount: 'acct_1', stripeContext: 'acct_2' }
        : null,
    components: (user) => (user.id === '1' ? customerPortal() : activeEntitlements()),
    rateLimit: false,
    format: 'mobile',
  }),
);

// req.user as Passport and others declare it, or as the router assumes where nobody does.
app.use(customerSessionRouter({ resolveCustomer: () => 'cus_1', components }));

const directory = customerDirectory<User>({
  stripe: own,
  store: memoryStore(),
  scope: 'test',
  userId: (user) => user.id,
  profile: ({ email }) => ({ email }),
});
app.use(customerSessionRouter({ authenticate: userOf, resolveCustomer: directory.resolve, components }));

export const stores = [
  postgresStore({ query: async (_text: string, _values?: unknown[]) => ({ rows: [] }) }),
  redisStore({ eval: async () => null }, { prefix: 'shop:' }),
];
export const scripts: string[] = stripeCspDirectives().scriptSrc;
export const headers: { origin: string } = browserHeaders('https://shop.example');
export const emulator: Promise<{ url: string }> = startStripeEmulator({ port: 0 });
export const guarded = guardedStore;

// What must not compile.

const resolveCustomer = () => 'cus_1';
const store = memoryStore();

// @ts-expect-error `resolveCustomer` is required
customerSessionRouter({ components });
// @ts-expect-error `components` are required
customerSessionRouter({ resolveCustomer });
// @ts-expect-error no such option
customerSessionRouter({ resolveCustomer, components, resolveCustomerId: true });
// @ts-expect-error a number is no customer
customerSessionRouter({ resolveCustomer: () => 1, components });
// @ts-expect-error either a customer or an account
customerSessionRouter({ components, resolveCustomer: () => ({ customer: '', customerAccount: '' }) });
// @ts-expect-error no such format
customerSessionRouter({ resolveCustomer, components, format: 'json' });
// @ts-expect-error the limiter's own handler is not the host's to give
customerSessionRouter({ resolveCustomer, components, rateLimit: { handler: () => undefined } });
// @ts-expect-error text is no number of milliseconds
customerSessionRouter({ resolveCustomer, components, deadlineMs: '8000' });
// @ts-expect-error no client
customerSessionRouter({ resolveCustomer, components, stripe: 'sk_test_types' });
// @ts-expect-error no such redisplay
savedPaymentMethods({ redisplay: 'never' });
// @ts-expect-error no such component
export const typo: Components = { payment_elements: { enabled: true } };
// @ts-expect-error the transport is what createStripe adds
createStripe('sk_test_types', { httpClient: undefined as never });
// @ts-expect-error a directory needs a store
customerDirectory({ stripe: own, scope: 'test', userId: (user: User) => user.id });
// @ts-expect-error an object is no id
customerDirectory({ stripe: own, store, scope: 'test', userId: (user: User) => ({ user }) });

// The compiler refuses each moved option beside `issuer`.
export function movedOptions(issuer: CustomerSessionIssuer<{ customer: string | null }>): void {
  customerSessionRouter({ issuer, authenticate: () => ({ customer: null }), format: 'web' });
  // @ts-expect-error
  customerSessionRouter({ issuer, resolveCustomer: () => 'cus_1' });
  // @ts-expect-error
  customerSessionRouter({ issuer, components: {} });
  // @ts-expect-error
  customerSessionRouter({ issuer, stripe: { customerSessions: { create: async () => ({}) } } });
  // @ts-expect-error
  customerSessionRouter({ issuer, rateLimit: false });
  // @ts-expect-error
  customerSessionRouter({ issuer, deadlineMs: 1 });
  // @ts-expect-error
  customerSessionRouter({ issuer, maxInFlight: 1 });
  // @ts-expect-error
  customerSessionRouter({ issuer, maxWaiting: 1 });
  // @ts-expect-error
  customerSessionRouter({ issuer, livemode: false });
  // @ts-expect-error
  customerSessionRouter({ issuer, onEvent: () => undefined });
}
