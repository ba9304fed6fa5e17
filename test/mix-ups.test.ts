import { Agent, request } from 'node:https';
import Stripe from 'stripe';
import { createStripe, type OwnStripe } from '../src/index.js';
import { type StripeEmulator, startStripeEmulator } from '../src/testing/index.js';
import { type Answer, expectProblem, expectResponseHeaders, fromBrowser } from './support/call.js';
import { startHost, type TestHost } from './support/host.js';

const SESSIONS = 'POST /v1/customer_sessions';
const USERS = 500;
const REQUESTS = 10_000;
const SWAP_EVERY = 50;
// More would be accepted by a busy process one by one, each turn of its event loop.
const IN_FLIGHT = 100;
const PATIENCE_MS = 60_000;

const customerOf = (user: number) => `cus_User${user}`;

interface Asked {
  readonly user: number;
  readonly answer: Answer;
}

describe('a Stripe that mixes its customers up', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT, rejectUnauthorized: false });
  let emulator: StripeEmulator;
  let stripe: OwnStripe;
  let shop: TestHost;

  beforeAll(async () => {
    emulator = await startStripeEmulator();
    // Ten thousand at once on one busy process take their time, and a second attempt would be one request too many.
    const patience = { attemptTimeoutMs: PATIENCE_MS, timeout: PATIENCE_MS, maxNetworkRetries: 0 } as const;
    stripe = createStripe(emulator.secretKey, {
      ...emulator.stripeConfig,
      ...patience,
      maxSockets: IN_FLIGHT,
    });
    const guide = new Stripe(emulator.secretKey, emulator.stripeConfig);
    shop = await startHost({
      options: {
        stripe,
        rateLimit: false,
        maxInFlight: REQUESTS,
        maxWaiting: REQUESTS,
        deadlineMs: PATIENCE_MS,
      },
      prepare: (app) => {
        // The route of Stripe's guide, which checks nothing.
        app.post('/guide', (req, res, next) => {
          const customer = shop.users.get(req.get('x-user') ?? '') ?? '';
          guide.customerSessions
            .create({ customer, components: { payment_element: { enabled: true } } })
            .then(({ client_secret }) => res.json({ client_secret }), next);
        });
      },
    });
    // Node closes a connection after 5 s of silence, which a busy process takes for an idle one.
    shop.server.keepAliveTimeout = PATIENCE_MS;
    for (let user = 0; user < USERS; user++) {
      shop.users.set(`user-${user}`, customerOf(user));
      emulator.addCustomer({ id: customerOf(user) });
    }
  });
  afterAll(async () => {
    agent.destroy();
    await shop.close();
    await stripe.close();
    await emulator.close();
  });

  // Every 50th answer is, whole, the one that another customer has just got. Gives whom it kept from their own.
  function swapAnswers(): string[] {
    const victims: string[] = [];
    let last: Record<string, unknown> = {};
    emulator.setFault(SESSIONS, {
      delayMs: 20,
      transform: (answer, requestNumber) => {
        if (requestNumber > 1 && requestNumber % SWAP_EVERY === 0 && last.customer !== answer.customer) {
          victims.push(String(answer.customer));
          return last;
        }
        last = answer;
        return answer;
      },
    });
    return victims;
  }

  function ask(path: string, user: number): Promise<Asked> {
    const headers = { ...fromBrowser(shop, { 'x-user': `user-${user}` }), host: shop.authority };
    const { port } = new URL(shop.origin);
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method: 'POST', headers, agent };
      const req = request(options, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        res.on('end', () => {
          const { statusCode: status = 0, rawHeaders } = res;
          const json: Record<string, unknown> = JSON.parse(text);
          resolve({ user, answer: { status, headers: res.headers, rawHeaders, text, json } });
        });
      });
      req.on('error', reject);
      req.end();
    });
  }

  // One after another, each for another user: with all the lines, as many requests as there are connections.
  async function askInLine(line: number): Promise<Asked[]> {
    const asked: Asked[] = [];
    for (let turn = 0; turn < REQUESTS / IN_FLIGHT; turn++) {
      asked.push(await ask(shop.path, (line + turn * 37) % USERS));
    }
    return asked;
  }

  // Stripe's own record of whom a secret belongs to.
  function strangersSecrets(asked: readonly Asked[]): Asked[] {
    const owners = new Map(emulator.sessions.map(({ clientSecret, customer }) => [clientSecret, customer]));
    return asked.filter(
      ({ user, answer }) =>
        answer.status === 200 && owners.get(String(answer.json.client_secret)) !== customerOf(user),
    );
  }

  it('shows users the secrets of others where nothing is checked', async () => {
    const victims = swapAnswers();
    const asked = await Promise.all(Array.from({ length: 500 }, (_, index) => ask('/guide', index % USERS)));
    expect(asked.map(({ answer }) => answer.status)).toEqual(asked.map(() => 200));
    expect(victims.length).toBeGreaterThan(5);
    const wronged = strangersSecrets(asked).map(({ user }) => customerOf(user));
    expect(wronged.sort()).toEqual([...victims].sort());
  });

  it('H12 never gives one of 500 users the secret of another, in 10,000 requests of which 2% are swapped', async () => {
    emulator.clearRequests();
    const victims = swapAnswers();
    const asked = (await Promise.all(Array.from({ length: IN_FLIGHT }, (_, line) => askInLine(line)))).flat();

    expect(strangersSecrets(asked).map(({ user }) => customerOf(user))).toEqual([]);
    const secrets = asked.flatMap(({ answer }) => answer.json.client_secret ?? []);
    expect(new Set(secrets).size).toBe(secrets.length);

    const refused = asked.filter(({ answer }) => answer.status !== 200);
    for (const { answer } of refused) expectProblem(answer, 502, 'stripe_mismatch');
    expect(refused.map(({ user }) => customerOf(user)).sort()).toEqual([...victims].sort());
    // Two answers of one customer in a row leave nothing to swap: rare, and never more than a few.
    expect(victims.length).toBeGreaterThan((REQUESTS / SWAP_EVERY) * 0.95);

    // All of them got as far as Stripe, so that this says something about all of them.
    expect(emulator.requests.filter(({ route }) => route === SESSIONS)).toHaveLength(REQUESTS);
    expect(shop.events.filter(({ outcome }) => outcome === 'stripe_mismatch')).toHaveLength(victims.length);
    for (const { answer } of [...refused, ...asked.slice(0, 500)]) expectResponseHeaders(answer);
  }, 400_000);
});
