import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveLocally } from '../../examples/storefront/scenarios/local-server.js';
import type { DemoState, Exchange, Played, Side } from '../../examples/storefront/shapes.js';
import { Shopper } from './support/shopper.js';
import { type Storefront, startStorefront } from './support/storefront.js';

/** What a route did, for comparing: its last answer, and what is said of it. */
interface Outcome {
  status: number | null;
  headers: Record<string, string>;
  body: string;
  side: Side;
}

const NAIVE_AND_ROUTER = ['naive', 'router'] as const;

let data: string;
let storefront: Storefront;
let shopper: Shopper;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'scenarios-'));
  storefront = await startStorefront({ data });
  shopper = new Shopper(storefront.url);
}, 120_000);
afterAll(() => {
  shopper.leave();
  storefront.kill();
  rmSync(data, { recursive: true, force: true });
});

async function play(id: string): Promise<Record<'naive' | 'router', Outcome>> {
  await shopper.post(`/demo/scenarios/${id}/begin`);
  const { status, text, json } = await shopper.post(`/demo/scenarios/${id}/play`);
  await shopper.post(`/demo/scenarios/${id}/end`);
  expect(status).toBe(200);
  expect(text).not.toMatch(/cuss_secret_\w{8}|[sr]k_test_\w{8}|__Host-storefront=\w/);
  const played = json as unknown as Played;
  const [naive, router] = NAIVE_AND_ROUTER.map((route) => {
    const side = played[route];
    const last: Exchange | undefined = side?.exchanges.at(-1);
    if (!side || !last) throw new Error(`${route} did not play`);
    return { status: last.status, headers: Object.fromEntries(last.headers), body: last.body, side };
  }) as [Outcome, Outcome];
  expect([naive.side.harm, router.side.harm]).toEqual([true, false]);
  return { naive, router };
}

const A_SECRET = /"client_secret":"cuss_secret_••••••\w{4}"/;

describe('the scenarios of examples/storefront, on both routes', () => {
  it('offers each of them, and no other', async () => {
    const { json } = await shopper.get('/demo/state');
    expect((json as unknown as DemoState).scenarios.map(({ id }) => id)).toEqual([
      'foreign-page',
      'cached-answer',
      'mixed-up',
      'stripe-hangs',
      'flood',
      'customer-deleted',
      'plain-http',
    ]);
    expect((await shopper.post('/demo/scenarios/nothing/play')).status).toBe(404);
  });

  it('H4: a page on a subdomain gets the secret of the naive route, and a refusal from the router', async () => {
    const { naive, router } = await play('foreign-page');
    expect(naive).toMatchObject({ status: 200, body: expect.stringMatching(A_SECRET) });
    expect(router).toMatchObject({ status: 403, body: expect.stringContaining('"cross_origin"') });
    for (const { headers } of [naive, router])
      expect(headers['access-control-allow-origin']).toBe('https://blog.harbour.example');
    expect(naive.side.finding).toContain('visa •••• 4242');
    expect(router.side.finding).toContain('Stripe was asked 0 times');
    expect(router.side.entry?.way.map(({ state }) => state)).toEqual([
      'passed',
      'stopped',
      ...Array.from({ length: 6 }, () => 'not reached'),
    ]);
  });

  it('H1: a cache gives Bob the secret that Ada got from the naive route, and none of the router’s', async () => {
    const { naive, router } = await play('cached-answer');
    const secrets = ({ side }: Outcome) => side.exchanges.map(({ body }) => A_SECRET.exec(body)?.[0]);
    expect(new Set(secrets(naive)).size).toBe(1);
    expect(naive.headers).toMatchObject({ 'x-cache': 'HIT' });
    expect(naive.side.finding).toContain('visa •••• 4242');
    expect(new Set(secrets(router)).size).toBe(2);
    expect(router.headers).toMatchObject({ 'x-cache': 'MISS', vary: '*' });
    expect(router.side.finding).toContain('no cards');
  });

  it('H12: a mixed-up answer shows Ada another’s cards by the naive route, and nothing by the router', async () => {
    const { naive, router } = await play('mixed-up');
    expect(naive).toMatchObject({ status: 200, body: expect.stringMatching(A_SECRET) });
    expect(naive.side.finding).toContain('discover •••• 1117');
    expect(router).toMatchObject({ status: 502, body: expect.stringContaining('"stripe_mismatch"') });
  });

  it('H11: while Stripe hangs the naive route says nothing, and the router has answered', async () => {
    const { naive, router } = await play('stripe-hangs');
    expect(naive.status).toBeNull();
    expect(router).toMatchObject({ status: 504, body: expect.stringContaining('"timeout"') });
  });

  it('H8: of a hundred requests all reach Stripe by the naive route, thirty by the router', async () => {
    const { naive, router } = await play('flood');
    expect(naive.side.outcome).toBe('100 × 200');
    expect(naive.side.finding).toContain('100 calls reached Stripe');
    // On a slow machine some of the thirty may find no slot.
    const given = Number(/(\d+) × 200/.exec(router.side.outcome)?.[1]);
    expect(given).toBeGreaterThanOrEqual(1);
    expect(given).toBeLessThanOrEqual(30);
    expect(router.side.outcome).toContain('70 × 429');
    expect(Number(/(\d+) calls/.exec(router.side.finding)?.[1])).toBeLessThanOrEqual(30);
    expect(Number(router.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });

  it('H11: Stripe’s error reaches the browser by the naive route, and a code of its own by the router', async () => {
    const { naive, router } = await play('customer-deleted');
    expect(naive.status).toBe(400);
    expect(naive.headers).toMatchObject({ 'request-id': expect.stringMatching(/^req_/) });
    expect(naive.body).toContain('cus_StorefrontDora');
    expect(router).toMatchObject({ status: 409, body: expect.stringContaining('"no_customer"') });
    expect(router.headers).not.toHaveProperty('request-id');
    expect(router.body).not.toContain('cus_');
  });

  it('H3: the naive route makes a secret on plain http, and the router none', async () => {
    const { naive, router } = await play('plain-http');
    expect(naive).toMatchObject({ status: 200, body: expect.stringMatching(A_SECRET) });
    expect(router).toMatchObject({ status: 403, body: expect.stringContaining('"tls_required"') });
    expect(router.side.finding).toContain('Stripe was asked 0 times');
  });

  it('serves both routes on 127.0.0.1 alone, no other address of this machine', async () => {
    const server = await serveLocally((_req, res) => res.end('here'));
    try {
      expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('here');
      await expect(fetch(`http://127.0.0.2:${server.port}/`)).rejects.toThrow('fetch failed');
    } finally {
      server.close();
    }
  });

  it('leaves nothing behind: Ada’s next request is answered', async () => {
    await shopper.signIn('ada');
    expect((await shopper.askForSession()).status).toBe(200);
  });
});
