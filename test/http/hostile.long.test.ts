import express from 'express';
import fc from 'fast-check';
import { expressVersion } from '../support/express-version.js';
import { ADA, startHost, type TestHost } from '../support/host.js';
import { ENDINGS, hostileRequests } from '../support/hostile.js';
import { type HostileRow, writeHostile } from '../support/hostile-page.js';
import { type Place, type RawRequest, verdictOn } from '../support/oracle.js';
import { type RawAnswer, RawClient } from '../support/raw-client.js';
import { describeWithSeeds } from '../support/seeds.js';

// 20,000 requests for both seeds together, on each major of Express; `npm run test:long` makes a million, piece by piece.
const isLong = process.env.TEST_LONG !== undefined;
const PIECE = 10_000;
const PIECES = isLong ? 50 : 1;
const AT_ONCE = 16;
const LEAST_OF_EACH = 100;

const ALLOWED = 'https://shop.example';
const STATUS = {
  issued: 200,
  next_route: 404,
  method_not_allowed: 405,
  tls_required: 403,
  cross_origin: 403,
  unauthenticated: 401,
  no_customer: 409,
  rate_limited: 429,
  misconfigured: 500,
  internal_error: 500,
  stripe_rate_limited: 503,
  stripe_unavailable: 502,
  stripe_mismatch: 502,
};
type Ending = keyof typeof STATUS;

const CUSTOMERS: Record<string, string> = {
  ada: ADA,
  bob: 'cus_Bob0000000000001',
  limited: 'cus_Limited000000001',
  throttled: 'cus_Throttled0000001',
  down: 'cus_Down000000000001',
  mixed: 'cus_Mixed00000000001',
  refused: 'cus_Refused000000001',
};
const FAULTS: Record<string, object> = {
  [CUSTOMERS.throttled ?? '']: {
    status: 429,
    error: { code: 'rate_limit' },
    headers: { 'Stripe-Should-Retry': 'false' },
  },
  [CUSTOMERS.down ?? '']: { status: 500, headers: { 'Stripe-Should-Retry': 'false' } },
  [CUSTOMERS.refused ?? '']: { error: { code: 'parameter_unknown', param: 'components' } },
  [CUSTOMERS.mixed ?? '']: { transform: (answer: object) => ({ ...answer, customer: ADA }) },
};

async function startHostile(): Promise<TestHost> {
  const host = await startHost({
    plain: true,
    prepare: (app) => {
      app.set('trust proxy', 'loopback');
      // What a host has in front: whatever a body says is read, and is nothing to the router.
      app.use(express.json(), express.urlencoded({ extended: true }), express.text());
    },
    options: {
      allowedOrigins: [ALLOWED],
      authenticate: (req) => {
        const name = req.get('x-user');
        if (name === 'broken') throw new Error('the session store is down');
        if (name === undefined || !Object.hasOwn(ENDINGS, name)) return undefined;
        return { name, customer: CUSTOMERS[name] ?? null };
      },
      rateLimit: { limit: 1, windowMs: 60_000, store: countOf(CUSTOMERS.limited ?? '') },
    },
  });
  for (const id of Object.values(CUSTOMERS)) if (id !== ADA) host.emulator.addCustomer({ id });
  host.emulator.setFault('POST /v1/customer_sessions', ({ params }) => FAULTS[String(params.customer)]);
  return host;
}

// A store in which one customer has used up the limit, and nobody else ever does.
function countOf(customer: string) {
  const resetTime = new Date(Date.now() + 60_000);
  return {
    increment: (key: string) => ({ totalHits: key.endsWith(customer) ? 2 : 1, resetTime }),
    decrement: () => undefined,
    resetKey: () => undefined,
  };
}

function endingOf(request: RawRequest, place: Place): Ending {
  const verdict = verdictOn(request, place);
  if (verdict !== 'passes') return verdict;
  const names = request.headers.filter(([name]) => name === 'X-User').map(([, value]) => value);
  const name = names.join(', ');
  return Object.hasOwn(ENDINGS, name) ? ENDINGS[name as keyof typeof ENDINGS] : 'unauthenticated';
}

/** What the answer says, where it is wrong in any way. */
function wrongWith(
  answer: RawAnswer,
  ending: Ending,
  request: RawRequest,
  host: TestHost,
): string | undefined {
  const { status, headers, body } = answer;
  if (status !== STATUS[ending]) return `${status} instead of ${ending}: ${body}`;
  if (headers.has('access-control-allow-origin') || headers.has('set-cookie'))
    return 'a header of somebody else';
  if (ending === 'next_route') return undefined;
  if (headers.get('cache-control')?.join() !== 'no-store, private, no-transform') return 'may be cached';
  if (request.method === 'HEAD') return body === '' ? undefined : 'a body';
  const json = JSON.parse(body) as Record<string, unknown>;
  if (ending !== 'issued') return json.code === ending ? undefined : `code ${String(json.code)}`;
  if (Object.keys(json).join() !== 'client_secret,expires_at') return `members ${Object.keys(json).join()}`;
  const user = request.headers.find(([name]) => name === 'X-User')?.[1] ?? '';
  const session = host.emulator.sessions.find(({ clientSecret }) => clientSecret === json.client_secret);
  return session?.customer === CUSTOMERS[user] ? undefined : 'the secret of another customer';
}

describeWithSeeds('H2 H3 H4 H13 hostile requests over raw sockets', (seed) => {
  const row: HostileRow = { express: expressVersion, seed, asked: 0, reached: 0, answered: {}, wrong: 0 };
  afterAll(() => {
    if (isLong) writeHostile(row);
  });

  it.each(Array.from({ length: PIECES }, (_, piece) => piece))(
    'piece %i: each is answered as the rules say',
    async (piece) => {
      const host = await startHostile();
      const place = { authority: host.authority, path: host.path, allowedOrigins: [ALLOWED] };
      const requests = fc.sample(hostileRequests(place), { numRuns: PIECE, seed: seed + piece });
      const counts: Partial<Record<Ending, number>> = {};
      const wrong: { request: RawRequest; why: string }[] = [];
      let next = 0;
      const sendInTurn = async () => {
        const client = new RawClient(Number(new URL(host.origin).port));
        for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
          const ending = endingOf(request, place);
          counts[ending] = (counts[ending] ?? 0) + 1;
          const why = wrongWith(await client.send(request), ending, request, host);
          if (why !== undefined) wrong.push({ request, why });
        }
        client.close();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, sendInTurn));
      const reached = host.emulator.requests.length / PIECE;
      row.asked += PIECE;
      row.reached += host.emulator.requests.length;
      row.wrong += wrong.length;
      for (const code of Object.keys(STATUS) as Ending[])
        row.answered[code] = (row.answered[code] ?? 0) + (counts[code] ?? 0);
      const asked = new Set(host.emulator.requests.map(({ params }) => String(params.customer)));
      await host.close();

      expect(wrong.slice(0, 3)).toEqual([]);
      expect([...asked].filter((customer) => !Object.values(CUSTOMERS).includes(customer))).toEqual([]);
      // Requests that never get there prove nothing.
      expect(reached).toBeGreaterThanOrEqual(0.3);
      expect(Object.keys(STATUS).filter((code) => (counts[code as Ending] ?? 0) < LEAST_OF_EACH)).toEqual([]);
    },
    600_000,
  );
});
