import { addAccount } from './emulator/accounts.js';
import { newId } from './emulator/ids.js';
import { fail, parseOptions } from './emulator/options.js';
import { ROUTES } from './emulator/routes.js';
import { EmulatorServer } from './emulator/server.js';
import { claimSession } from './emulator/sessions.js';
import { EmulatorState, markDeleted } from './emulator/state.js';
import type {
  StripeEmulator,
  StripeEmulatorAccountInput,
  StripeEmulatorCustomerInput,
  StripeEmulatorOptions,
  StripeEmulatorPaymentMethod,
} from './emulator/types.js';

/**
 * Starts a strict local stand-in for the parts of Stripe's API that Customer Sessions need, for tests and demos
 * without network or account. Point stripe-node at it by its `stripeConfig`.
 *
 * @throws TypeError for options that cannot work, for keys that look live, and with `NODE_ENV=production`.
 */
export async function startStripeEmulator(options: StripeEmulatorOptions = {}): Promise<StripeEmulator> {
  if (process.env.NODE_ENV === 'production') {
    throw new TypeError(
      'startStripeEmulator: NODE_ENV is "production", where nothing may pretend to be Stripe.',
    );
  }
  const config = parseOptions(options, ROUTES);
  const state = new EmulatorState(config);
  const server = new EmulatorServer(config, state);
  const port = await server.listen();
  const protocol = config.tls ? 'https' : 'http';
  const { host } = config;
  return {
    url: `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    protocol,
    secretKey: config.secretKey,
    stripeConfig: { host, port, protocol },
    customers: state.customers,
    sessions: state.sessions,
    requests: server.requests,
    addCustomer: (customer = {}) => seedCustomer(state, customer),
    addAccount: (account = {}) => seedAccount(state, account),
    deleteCustomer: (id) => deleteCustomer(state, id),
    paymentMethods: (customer) => state.customers.get(customer)?.paymentMethods ?? [],
    claim: (clientSecret, page) => claimSession(state, clientSecret, page),
    clearRequests() {
      server.requests.length = 0;
    },
    setFault: (route, fault, { times } = {}) => server.faults.set(route, fault, times),
    setLatency: (ms) => server.faults.setLatency(ms),
    expireIdempotencyKeys: () => server.api.idempotency.expire(),
    reset() {
      state.clear();
      server.clear();
    },
    close: () => server.close(),
  };
}

function seedCustomer(state: EmulatorState, customer: StripeEmulatorCustomerInput): { id: string } {
  const { id, account } = customer;
  if (id !== undefined) {
    if (!/^cus_\w{1,248}$/.test(id)) fail('id', 'must begin cus_ and go on with letters and digits');
    if (state.customers.has(id)) fail('id', 'is taken');
  }
  return { id: state.addCustomer({ id, account: accountId(account), ...seedFields(customer) }).id };
}

function seedAccount(
  state: EmulatorState,
  { id = newId('acct_', 16), account, ...input }: StripeEmulatorAccountInput,
): { id: string; customer: string } {
  if (accountId(id) === null || state.objects.has(id)) fail('id', 'is taken');
  const seeded = { id, account: accountId(account), ...seedFields(input) };
  return { id, customer: addAccount(state, seeded, ['customer']).customer?.id ?? '' };
}

function accountId(account: string | undefined): string | null {
  if (account === undefined) return null;
  if (!/^acct_\w{1,248}$/.test(account))
    fail('account', 'must begin acct_ and go on with letters and digits');
  return account;
}

function seedFields({ email, name, metadata = {}, paymentMethods = [] }: StripeEmulatorAccountInput) {
  return {
    values: { email: email ?? null, name: name ?? null, metadata: { ...metadata } },
    paymentMethods: paymentMethods.map(
      (method): StripeEmulatorPaymentMethod => ({
        id: newId('pm_', 24),
        type: 'card',
        brand: 'visa',
        last4: '4242',
        expMonth: 12,
        expYear: new Date().getFullYear() + 2,
        allowRedisplay: 'always',
        ...method,
      }),
    ),
  };
}

function deleteCustomer(state: EmulatorState, id: string): void {
  const customer = state.customers.get(id);
  if (!customer || customer.deleted) fail('id', 'is no customer of the emulator');
  markDeleted(customer);
}
