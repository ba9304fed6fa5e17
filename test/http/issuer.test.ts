import { inspect } from 'node:util';
import type { Express, Request, Response } from 'express';
import {
  type CustomerSessionEvent,
  type CustomerSessionGuardOptions,
  type CustomerSessionIssuer,
  type CustomerSessionIssuerOptions,
  CustomerSessionProblem,
  createStripe,
  customerSessionGuard,
  customerSessionIssuer,
  customerSessionRouter,
  savedPaymentMethods,
} from '../../src/index.js';
import { type Answer, call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

interface User {
  customer: string | null;
}

interface Checkout {
  host: TestHost;
  events: CustomerSessionEvent[];
  warnings: string[];
  issuer: CustomerSessionIssuer<User>;
  ask: (path?: string, extra?: Record<string, string>) => Promise<Answer>;
}

const open: TestHost[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(open.splice(0).map((host) => host.close()));
});

interface Settings {
  issuer?: Partial<CustomerSessionIssuerOptions<User>>;
  guard?: CustomerSessionGuardOptions | false;
  plain?: boolean;
  /** What the route does with the session. */
  answer?: (issue: () => Promise<unknown>, res: Response) => Promise<unknown>;
}

async function startCheckout({
  issuer: options,
  guard = {},
  plain = false,
  answer,
}: Settings = {}): Promise<Checkout> {
  const apps: Express[] = [];
  const warnings: string[] = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
    warnings.push(String(text));
  });
  const host = await startHost({ plain, prepare: (app) => apps.push(app) });
  open.push(host);
  const events: CustomerSessionEvent[] = [];
  const issuer = customerSessionIssuer<User>({
    resolveCustomer: (user) => user.customer,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe: createStripe(host.emulator.secretKey, host.emulator.stripeConfig),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const authenticate = (req: Request) =>
    req.get('x-user') === 'ada' ? { customer: ADA } : { customer: null };
  for (const app of apps) {
    app.use('/session', customerSessionRouter({ issuer, authenticate }));
    const checkout = async (req: Request, res: Response) => {
      const issue = () => issuer.issue(authenticate(req), req);
      if (answer !== undefined) return answer(issue, res);
      const session = await issue().catch(() => null);
      return res.json({ client_secret: 'pi_secret', customer_session: session?.toAnswer() ?? null });
    };
    app.post('/checkout', ...(guard === false ? [] : [customerSessionGuard(guard)]), (req, res) => {
      void checkout(req, res);
    });
  }
  const ask = (path = '/checkout', extra = {}) => call(host, { path, headers: fromBrowser(host, extra) });
  return { host, events, warnings, issuer, ask };
}

describe('issue()', () => {
  it('gives a session beside a PaymentIntent, with the headers of the guard and one event', async () => {
    const { ask, events, warnings } = await startCheckout();
    const { status, json, headers } = await ask();
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        client_secret: 'pi_secret',
        customer_session: { client_secret: expect.any(String), expires_at: expect.any(Number) },
      },
    });
    expect(headers['cache-control']).toBe('no-store, private, no-transform');
    expect(headers.vary).toBe('*');
    expect(events).toEqual([expect.objectContaining({ outcome: 'issued', status: 200, customer: ADA })]);
    expect(warnings).toEqual([]);
  });

  it('never blocks a checkout: no customer is a null, told in one event', async () => {
    const { ask, events } = await startCheckout();
    const { json } = await ask('/checkout', { 'x-user': 'bob' });
    expect(json).toEqual({ client_secret: 'pi_secret', customer_session: null });
    expect(events).toEqual([expect.objectContaining({ outcome: 'no_customer', status: 409 })]);
  });

  it('rejects with a CustomerSessionProblem that carries nothing of Stripe', async () => {
    const problems: unknown[] = [];
    const { ask, host } = await startCheckout({
      answer: async (issue, res) => {
        problems.push(await issue().catch((reason: unknown) => reason));
        res.json({});
      },
    });
    host.emulator.setFault('POST /v1/customer_sessions', { status: 429, headers: { 'Retry-After': '7' } });
    await ask();
    const [problem] = problems;
    expect(problem).toBeInstanceOf(CustomerSessionProblem);
    expect(problem).toMatchObject({ code: 'stripe_rate_limited', status: 503, retryAfterMs: 7_000 });
    expect(problem).not.toHaveProperty('cause');
    expect(inspect(problem, { depth: 20, showHidden: true })).not.toContain(host.emulator.secretKey);
  });

  it('resolves with an object that prints and serialises as a mask', async () => {
    const seen: string[] = [];
    const { ask, host } = await startCheckout({
      answer: async (issue, res) => {
        const session = await issue();
        seen.push(
          inspect(session),
          inspect({ session }, { depth: 9, showHidden: true }),
          JSON.stringify({ session }),
        );
        expect(session).toMatchObject({ customer: ADA, expiresAt: expect.any(Date) });
        res.json({ forgotten: session });
      },
    });
    const { json } = await ask();
    expect(json).toEqual({ forgotten: '[CustomerSession]' });
    const secret = host.emulator.sessions.at(-1)?.clientSecret ?? 'none';
    expect([...seen, JSON.stringify(json)].filter((text) => text.includes(secret))).toEqual([]);
  });

  it('H8 shares its limit with the router that it is mounted in', async () => {
    const { ask } = await startCheckout({ issuer: { rateLimit: { limit: 2, windowMs: 60_000 } } });
    await ask();
    expect((await ask('/session')).status).toBe(200);
    expectProblem(await ask('/session'), 429, 'rate_limited');
    expect((await ask()).json.customer_session).toBeNull();
  });

  it('H5 answers nobody with unauthenticated', async () => {
    const { issuer } = await startCheckout();
    const nobody = issuer.issue(null as never, {} as Request);
    await expect(nobody).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('answers a problem that resolveCustomer rejects with as it is', async () => {
    const { ask } = await startCheckout({
      issuer: {
        resolveCustomer: () => {
          throw new CustomerSessionProblem('overloaded', { retryAfterMs: 2_500 });
        },
      },
    });
    const answer = await ask('/session');
    expectProblem(answer, 503, 'overloaded');
    expect(answer.headers['retry-after']).toBe('3');
  });
});

describe('customerSessionGuard', () => {
  it('H2, H3 and H4 stand in front of the route, each refusal told', async () => {
    const events: CustomerSessionEvent[] = [];
    const { ask, host } = await startCheckout({ guard: { onEvent: (event) => events.push(event) } });
    expectProblem(await ask('/checkout', { 'sec-fetch-site': 'cross-site' }), 403, 'cross_origin');
    expectProblem(await ask('/checkout', { 'x-forwarded-proto': 'https, http' }), 403, 'tls_required');
    expect(events.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['cross_origin', 'sec_fetch_site'],
      ['tls_required', 'forwarded_proto'],
    ]);
    expect(host.emulator.sessions).toHaveLength(0);
  });

  it('missing, it is asked for once, with the line to add', async () => {
    const { ask, warnings } = await startCheckout({ guard: false });
    await ask();
    await ask();
    expect(warnings).toEqual([expect.stringContaining('customerSessionGuard()')]);
  });

  it('is not asked for where the host says that it does so itself', async () => {
    const { ask, warnings } = await startCheckout({ guard: false, issuer: { unguarded: true } });
    expect((await ask()).status).toBe(200);
    expect(warnings).toEqual([]);
  });

  it('H12 what passed by the rule for localhost gets no live session', async () => {
    const live = { id: 'cuss', object: 'customer_session', customer: ADA, livemode: true };
    const session = {
      ...live,
      client_secret: 'cuss_secret_live',
      created: 1767225600,
      expires_at: 1767227400,
    };
    const { ask } = await startCheckout({
      plain: true,
      guard: { dangerouslyAllowHttpOnLocalhost: true },
      issuer: { stripe: { customerSessions: { create: async () => session } } },
    });
    expect((await ask()).json.customer_session).toBeNull();
  });

  it.each([
    [{ rateLimit: false }, 'no option "rateLimit"'],
    [{ allowedOrigins: ['http://shop.example'] }, 'allowedOrigins[0]'],
    [null, 'null'],
  ])('refuses %j at start-up', (options, message) => {
    expect(() => customerSessionGuard(options as never)).toThrow(message);
  });
});

describe('customerSessionRouter({ issuer })', () => {
  const source = {
    resolveCustomer: () => ADA,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe: { customerSessions: { create: async () => ({}) } },
  };

  it.each(Object.keys(source))('takes no %s beside it', (option) => {
    const issuer = customerSessionIssuer(source);
    const both = { issuer, [option]: source[option as keyof typeof source] } as never;
    expect(() => customerSessionRouter(both)).toThrow(`"${option}"`);
  });

  it('takes nothing that only looks like one', () => {
    expect(() => customerSessionRouter({ issuer: { issue: async () => null } } as never)).toThrow('"issuer"');
  });
});
