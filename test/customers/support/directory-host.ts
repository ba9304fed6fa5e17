import { customerDirectory } from '../../../src/customers/directory.js';
import type { CustomerDirectoryOptions } from '../../../src/customers/directory-options.js';
import { type CustomerStore, memoryStore } from '../../../src/customers/store.js';
import { createStripe, type OwnStripe } from '../../../src/stripe/client.js';
import { type Answer, call, fromBrowser } from '../../support/call.js';
import { type HostSettings, startHost, type TestHost, type TestUser } from '../../support/host.js';

export interface DirectoryHost extends TestHost {
  store: CustomerStore;
  /** The client that the directory has, unless a test brings another. */
  stripe: OwnStripe;
  /** The paths of the requests that Stripe got, sessions left out. */
  stripeCalls(): string[];
  /** Asks for a session as a user that is signed in. */
  post(user: string): Promise<Answer>;
}

type Settings = Partial<CustomerDirectoryOptions<TestUser>> & { host?: HostSettings };

/** A host whose users find their customer in a directory; the answers are `mobile`, which tell the customer. */
export async function startDirectoryHost({
  host: hostSettings = {},
  ...options
}: Settings = {}): Promise<DirectoryHost> {
  const store = options.store ?? memoryStore();
  const host = await startHost({
    ...hostSettings,
    options: {
      format: 'mobile',
      resolveCustomer: (user, req, missing) => directory.resolve(user, req, missing),
      ...hostSettings.options,
    },
  });
  const stripe = createStripe(host.emulator.secretKey, { ...host.emulator.stripeConfig });
  const directory = customerDirectory({ stripe, store, userId: (user) => user.name, ...options });
  return {
    ...host,
    store,
    stripe,
    stripeCalls: () =>
      host.emulator.requests
        .filter(({ route }) => route !== 'POST /v1/customer_sessions')
        .map(({ method, path }) => `${method} ${path}`),
    post(user) {
      host.users.set(user, null);
      return call(host, { headers: fromBrowser(host, { 'x-user': user }) });
    },
    close: async () => {
      await host.close();
      await stripe.close();
    },
  };
}

/** The customer of an answer, which must be a session. */
export function customerIn({ status, json }: Answer): string {
  expect({ status, customerId: json.customerId }).toEqual({
    status: 200,
    customerId: expect.stringMatching(/^cus_/),
  });
  return String(json.customerId);
}

/** A store in memory, some of whose methods do something else. */
export function faultyStore(faults: Partial<CustomerStore>): CustomerStore {
  return { ...memoryStore(), ...faults };
}
