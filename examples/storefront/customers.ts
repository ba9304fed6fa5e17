import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import {
  type CustomerDirectory,
  CustomerSessionProblem,
  customerDirectory,
} from 'express-stripe-customer-session';
import { type PostgresClient, postgresStore } from 'express-stripe-customer-session/postgres';
import { Pool } from 'pg';
import Stripe from 'stripe';
import type { StripeConnection } from './stripe.js';
import { type User, userNamed } from './users.js';
import { saying } from './welcome.js';

export interface Customers {
  directory: CustomerDirectory<User>;
  description: string;
  close: () => Promise<void>;
}

interface Database {
  client: PostgresClient;
  description: string;
  close: () => Promise<void>;
}

const ADAS_CARDS = [
  { brand: 'visa', last4: '4242', expMonth: 4, expYear: 2031 },
  { brand: 'mastercard', last4: '4444', expMonth: 11, expYear: 2029 },
  { brand: 'amex', last4: '0005', expMonth: 7, expYear: 2030 },
] as const;

const WHAT_TO_LOOK_AT =
  'Look at the network, and whether STRIPE_SECRET_KEY is right and may write customers.';

/** Users and their customers, in `DATABASE_URL` where it is given, else in embedded Postgres in `folder`. */
export async function openCustomers(
  { stripe, emulator }: StripeConnection,
  folder: string,
): Promise<Customers> {
  const database = await openDatabase(path.join(folder, 'postgres'));
  const store = postgresStore(database.client);
  await store.ensureSchema();
  // The emulator's customers must never be looked up at Stripe, nor Stripe's at the emulator.
  const scope = emulator === undefined ? 'storefront-test' : 'storefront-emulator';
  const directory = customerDirectory<User>({
    stripe,
    store,
    scope,
    userId: (user) => user.id,
    profile: ({ name, email }) => ({ name, email }),
  });
  if (emulator !== undefined) {
    // The emulator forgets when it stops and the database does not: what the database knows exists again. Ada has
    // been here before; Dora too, but her customer was deleted at Stripe.
    const ada = await store.claim(scope, 'ada', 'cus_StorefrontAda');
    const dora = await store.claim(scope, 'dora', 'cus_StorefrontDora');
    emulator.addCustomer({
      id: ada,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      paymentMethods: ADAS_CARDS,
    });
    emulator.addCustomer({ id: dora });
    emulator.deleteCustomer(dora);
    const bob = await store.get(scope, 'bob');
    if (bob?.customer)
      emulator.addCustomer({ id: bob.customer, name: 'Bob Noyce', email: 'bob@example.com' });
  } else {
    await saveTestCard(directory, stripe).catch((error: unknown) => {
      throw new Error(`The first call to Stripe failed: ${reasonOf(error)}. ${WHAT_TO_LOOK_AT}`);
    });
  }
  return { directory, description: database.description, close: database.close };
}

// The error itself may hold the key.
function reasonOf(error: unknown): string {
  if (error instanceof CustomerSessionProblem) return `${error.code} (${error.reason ?? error.status})`;
  return error instanceof Stripe.errors.StripeError ? (error.code ?? error.type) : 'no answer that fits';
}

// Gives Ada something to show in a real test account, once.
async function saveTestCard(
  directory: CustomerDirectory<User>,
  stripe: StripeConnection['stripe'],
): Promise<void> {
  const ada = userNamed('ada');
  if (ada === undefined) return;
  const customer = await directory.resolve(ada);
  const saved = await stripe.customers.listPaymentMethods(customer, { limit: 1 });
  if (saved.data.length > 0) return;
  const card = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.paymentMethods.update(card.id, { allow_redisplay: 'always' });
}

async function openDatabase(folder: string): Promise<Database> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') {
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 5_000 });
    return { client: pool, description: 'Postgres of DATABASE_URL', close: () => pool.end() };
  }
  const shown = path.relative(process.cwd(), folder) || folder;
  const pglite = await saying(
    existsSync(folder)
      ? `Opening the embedded Postgres in ${shown}`
      : `Making an embedded Postgres in ${shown}, once`,
    'Postgres is open',
    async () => {
      await mkdir(folder, { recursive: true });
      return PGlite.create(folder);
    },
  );
  return {
    client: pglite,
    description: `embedded Postgres in ${shown} (no DATABASE_URL is set)`,
    close: () => pglite.close(),
  };
}
