import type { Request, Response } from 'express';
import Stripe from 'stripe';
import { type Answered, type Load, loadOn } from '../../bench/load.js';
import {
  CustomerSessionProblem,
  createStripe,
  customerSessionGuard,
  customerSessionIssuer,
  type OwnStripe,
  savedPaymentMethods,
} from '../../src/index.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { expressVersion } from '../support/express-version.js';
import { startHost, type TestHost } from '../support/host.js';
import { type Asked, emptyRow, tally, told, writeIsolation } from '../support/isolation-page.js';
import { MIX_UPS, mixUpAnswers, noMixUps, shareOf } from '../support/mix-ups.js';

// `npm run test:isolation` asks 100,000 times for 2,000 users, piece by piece.
const isLong = process.env.TEST_LONG !== undefined;
const USERS = isLong ? 2_000 : 500;
const PIECES = isLong ? 10 : 1;
const PIECE = isLong ? 10_000 : 2_000;
const IN_FLIGHT = 100;
const PATIENCE_MS = 60_000;
const LONGEST_MS = 3_600_000;

// The last one where the machine stands still for a minute, as a virtual one may.
const REFUSALS = ['stripe_mismatch', 'stripe_unavailable', 'timeout'];

const customerOf = (user: number) => `cus_User${user}`;

describe('a proxy that mixes up the answers of Stripe', () => {
  let emulator: StripeEmulator;
  let stripe: OwnStripe;
  let shop: TestHost;
  let load: Load;

  beforeAll(async () => {
    emulator = await startStripeEmulator();
    const patience = { attemptTimeoutMs: PATIENCE_MS, timeout: PATIENCE_MS, maxSockets: IN_FLIGHT };
    stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig, ...patience });
    // Nothing but what is tried here may refuse a request.
    const options = {
      stripe,
      rateLimit: false,
      maxInFlight: PIECE,
      maxWaiting: PIECE,
      deadlineMs: PATIENCE_MS,
    } as const;
    const issuer = customerSessionIssuer({
      ...options,
      resolveCustomer: (user: string) => shop.users.get(user),
      components: savedPaymentMethods({ save: 'on_session' }),
      onEvent: (event) => shop.events.push(event),
    });
    const guide = new Stripe(emulator.secretKey, emulator.stripeConfig);
    shop = await startHost({
      plain: true,
      options,
      prepare: (app) => {
        app.set('trust proxy', 'loopback');
        app.post('/checkout', customerSessionGuard(), (req: Request, res: Response) => {
          issuer.issue(req.get('x-user') ?? '', req).then(
            (session) => res.json(session.toAnswer()),
            (problem: unknown) => {
              if (!(problem instanceof CustomerSessionProblem)) throw problem;
              res.status(problem.status).json({ code: problem.code });
            },
          );
        });
        // The route of Stripe's guide, which checks nothing.
        app.post('/guide', (req: Request, res: Response) => {
          const customer = shop.users.get(req.get('x-user') ?? '') ?? '';
          guide.customerSessions
            .create({ customer, components: { payment_element: { enabled: true } } })
            .then(
              ({ client_secret }) => res.json({ client_secret }),
              () => res.status(502).json({}),
            );
        });
      },
    });
    // Node closes a connection after 5 s of silence, which a busy process takes for an idle one.
    shop.server.keepAliveTimeout = PATIENCE_MS;
    for (let user = 0; user < USERS; user++) shop.users.set(`user-${user}`, customerOf(user));
    load = loadOn(Number(new URL(shop.origin).port));
  });
  afterAll(async () => {
    await load.close();
    await shop.close();
    await stripe.close();
    await emulator.close();
  });

  function begin(): void {
    emulator.reset();
    shop.events.length = 0;
    for (let user = 0; user < USERS; user++) emulator.addCustomer({ id: customerOf(user) });
  }

  async function askAs(user: number, at: string): Promise<Asked> {
    const answer = await load.ask({ path: at, headers: { 'x-user': `user-${user}` } });
    const { code, client_secret: secret }: Record<string, string> = parsed(answer);
    return { user, status: answer.status, code, secret };
  }

  // As many lines as there are connections; in each, one request after another, each for another user.
  async function askAll(requests: number, at: string): Promise<Asked[]> {
    const line = async (first: number) => {
      const asked: Asked[] = [];
      for (let turn = 0; turn < requests / IN_FLIGHT; turn++) {
        asked.push(await askAs((first + turn * 37) % USERS, at));
      }
      return asked;
    };
    return (await Promise.all(Array.from({ length: IN_FLIGHT }, (_, first) => line(first)))).flat();
  }

  // Stripe's own record of whom a secret belongs to.
  function strangersSecrets(asked: readonly Asked[]): Asked[] {
    const owners = new Map(emulator.sessions.map(({ clientSecret, customer }) => [clientSecret, customer]));
    return asked.filter(
      ({ user, status, secret = '' }) => status === 200 && owners.get(secret) !== customerOf(user),
    );
  }

  it('shows users the secrets of others where nothing is checked', async () => {
    begin();
    mixUpAnswers(emulator, { requests: 1_000, inFlight: IN_FLIGHT, counts: noMixUps() });
    const asked = await askAll(1_000, '/guide');
    expect(strangersSecrets(asked).length).toBeGreaterThan(10);
  }, 120_000);

  it.each([
    ['the router', '/customer-session'],
    ['the issuer', '/checkout'],
  ])(
    'H12 H15 %s never gives a user the secret of another, nor one twice',
    async (door, at) => {
      const counts = noMixUps();
      const secrets = new Set<string>();
      const row = emptyRow({ express: expressVersion, door, users: USERS, didTo: counts.did });
      for (let piece = 0; piece < PIECES; piece++) {
        begin();
        mixUpAnswers(emulator, { requests: PIECE, inFlight: IN_FLIGHT, counts });
        const asked = await askAll(PIECE, at);
        tally(row, asked, secrets);
        row.wrong += strangersSecrets(asked).length;
        row.retried += shop.events.filter(({ attempts }) => attempts === 2).length;
        expect(shop.events).toHaveLength(PIECE);
      }
      row.reached = counts.keys.size;
      if (isLong) {
        process.stdout.write(`${told(row)}\n`);
        writeIsolation(row);
      }

      expect({ wrong: row.wrong, twice: row.twice }).toEqual({ wrong: 0, twice: 0 });
      expect(Object.keys(row.refused).filter((code) => !REFUSALS.includes(code))).toEqual([]);
      // It says something about nearly all of them, and nearly all were served.
      expect(row.asked).toBe(PIECES * PIECE);
      expect(row.reached / row.asked).toBeGreaterThan(0.99);
      expect(row.ok / row.asked).toBeGreaterThan(0.9);
      const tooFew = MIX_UPS.filter((kind) => counts.did[kind] < (row.asked * shareOf(kind)) / 2);
      expect(tooFew).toEqual([]);
      // Each body that came under the right key was refused.
      expect(row.refused.stripe_mismatch).toBeGreaterThan(counts.did['swapped bodies'] / 2);
    },
    LONGEST_MS,
  );
});

function parsed({ status, text }: Answered): Record<string, string> {
  return status === 0 ? {} : JSON.parse(text);
}
