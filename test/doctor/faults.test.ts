import { type AddressInfo, createServer } from 'node:net';
import cors from 'cors';
import { startStripeEmulator } from '../../src/testing/index.js';
import { makeApp } from './support/app-folder.js';
import type { Passed } from './support/front.js';
import { CANARY, KEY, runDoctor } from './support/run-doctor.js';
import { ADA, adding, closeLater, startShop, trustingProxy } from './support/shop.js';

describe('the doctor finds', () => {
  it('a missing trust proxy', async () => {
    const { url } = await startShop({}, {});
    const { code, codes, report } = await runDoctor(['--url', url]);
    expect({ code, codes }).toEqual({ code: 1, codes: ['missing-trust-proxy', 'no-hsts'] });
    expect(report.findings[0]).toMatchObject({
      fix: expect.stringContaining("app.set('trust proxy', 1)"),
      docs: 'docs/doctor.md#missing-trust-proxy',
    });
  });

  it('a cached answer', async () => {
    const { url } = await startShop(
      trustingProxy,
      adding({ 'cache-control': 'public, max-age=60', age: '7' }),
    );
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['cached-answer', 'no-hsts']);
  });

  it.each([
    ['Age', { age: '7' }],
    ['a hit', { 'x-cache': 'HIT from edge' }],
  ])('a cache that shows by %s', async (_name, headers) => {
    const { url } = await startShop(trustingProxy, adding(headers));
    expect((await runDoctor(['--url', url])).codes).toContain('cached-answer');
  });

  it('headers that a proxy took away', async () => {
    const { url } = await startShop(trustingProxy, {
      change: ({ headers: { vary: _vary, ...headers }, ...passed }) => ({ ...passed, headers }),
    });
    const { codes, report } = await runDoctor(['--url', url]);
    expect(codes).toContain('headers-changed');
    expect(report.findings[0]?.seen).toBe('Not as set: vary.');
  });

  it('reflected CORS', async () => {
    const { url } = await startShop({ prepare: (app) => app.use(cors({ origin: true, credentials: true })) });
    expect((await runDoctor(['--url', url])).codes).toEqual(['reflected-cors']);
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['reflected-cors']);
  });

  it('a publishable key', async () => {
    const env = { STRIPE_SECRET_KEY: `pk_test_${CANARY}` };
    expect(await runDoctor([], { env })).toMatchObject({ code: 1, codes: ['publishable-key'] });
  });

  it.each(['whsec_', 'sk_test_ ', '"sk_test_', ' sk_test_'])('a key that is none: %s', async (start) => {
    const env = { STRIPE_SECRET_KEY: `${start}${CANARY}` };
    expect(await runDoctor([], { env })).toMatchObject({ code: 1, codes: ['unusable-key'] });
  });

  it('a live key in development, and does not use it', async () => {
    const emulator = await startStripeEmulator();
    closeLater(emulator);
    const env = { STRIPE_SECRET_KEY: `sk_live_${CANARY}` };
    const run = await runDoctor(['--api', emulator.url, '--customer', 'cus_Ada'], { env });
    expect(run).toMatchObject({ code: 1, codes: ['live-key-in-development'] });
    expect(run.report.notChecked).toContainEqual(
      expect.objectContaining({ why: 'it is a live key; add --live' }),
    );
    expect(emulator.requests).toEqual([]);
    const production = await runDoctor(['--api', emulator.url], { env: { ...env, NODE_ENV: 'production' } });
    expect(production).toMatchObject({ code: 0, codes: [] });
    expect(emulator.requests).toEqual([]);
    await runDoctor(['--api', emulator.url, '--live'], { env });
    expect(emulator.requests.map(({ route }) => route)).toEqual(['POST /v1/customer_sessions']);
  });

  it('two copies of stripe', async () => {
    const folder = makeApp({
      express: '5.3.0',
      stripe: '22.0.0',
      'express-stripe-customer-session/node_modules/stripe': '23.1.0',
    });
    const { codes, report } = await runDoctor([], { folder });
    expect(codes).toEqual(['two-copies']);
    expect(report.findings[0]?.seen).toContain('stripe 22.0.0');
  });

  it('a restricted key without permission', async () => {
    const key = `rk_test_${CANARY}0000`;
    const emulator = await startStripeEmulator({ restrictedKeys: { [key]: [] } });
    closeLater(emulator);
    const run = await runDoctor(['--api', emulator.url], { env: { STRIPE_SECRET_KEY: key } });
    expect(run).toMatchObject({ code: 1, codes: ['key-without-permission'] });
  });

  it('a key that Stripe does not know', async () => {
    const emulator = await startStripeEmulator();
    closeLater(emulator);
    expect((await runDoctor(['--api', emulator.url], { env: { STRIPE_SECRET_KEY: KEY } })).codes).toEqual([
      'key-refused',
    ]);
  });

  it('a router under another path, and says which', async () => {
    const { url } = await startShop({ path: '/api/customer-session' });
    const { codes, report } = await runDoctor(['--url', url.replace('/api', '')]);
    expect(codes).toEqual(['wrong-path']);
    expect(report.findings[0]?.seen).toContain(`A router answers at ${url}.`);
  });

  it('a router that is mounted under its path twice', async () => {
    const { url } = await startShop({ path: '/api/api/customer-session' });
    const { report } = await runDoctor(['--url', url.replace('/api', '')]);
    expect(report.findings[0]?.seen).toContain(`A router answers at ${url}.`);
  });

  it('a proxy that marks plain requests as https', async () => {
    const { url } = await startShop(trustingProxy, { lies: true });
    expect((await runDoctor(['--url', url])).codes).toEqual(['plain-http', 'no-hsts']);
  });

  it('a redirect to http, without the query of its address', async () => {
    const { url } = await startShop({
      prepare: (app) =>
        app.use((req, res) => {
          res.redirect(307, `http://${req.get('host')}/login?token=${CANARY}`);
        }),
    });
    const { codes, report } = await runDoctor(['--url', url, ...ADA]);
    expect(codes).toEqual(['redirect-to-http']);
    expect(report.findings[0]?.seen).toMatch(/ to http:\/\/localhost:\d+\/login\.$/);
  });

  it('a sign-in library that redirects', async () => {
    const { url } = await startShop({
      prepare: (app) =>
        app.use((req, res, next) => {
          if (req.get('x-user') === undefined) res.redirect('/login');
          else next();
        }),
    });
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['redirect']);
  });

  it('the HTML 401 of a sign-in library', async () => {
    const { url } = await startShop({
      prepare: (app) =>
        app.use((req, res, next) => {
          if (req.get('x-user') === undefined) res.status(401).send('<!doctype html><h1>Sign in</h1>');
          else next();
        }),
    });
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['html-answer']);
  });

  it('a CSRF middleware in front', async () => {
    const { url } = await startShop({
      prepare: (app) =>
        app.use((req, res, next) => {
          if (req.method !== 'POST') return next();
          res.status(403).send('<pre>ForbiddenError: invalid csrf token</pre>');
        }),
    });
    expect((await runDoctor(['--url', url])).codes).toEqual(['csrf-in-front']);
  });

  it('the same secret twice', async () => {
    let stored: Passed | undefined;
    const { url } = await startShop(trustingProxy, {
      change: (passed) => {
        if (passed.status !== 200) return passed;
        stored ??= passed;
        return stored;
      },
    });
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['same-secret-twice', 'no-hsts']);
  });

  it.each([-3_600, 3_600])("a server's clock that is %i s off", async (seconds) => {
    const { url } = await startShop(
      trustingProxy,
      adding({ date: new Date(Date.now() + seconds * 1000).toUTCString() }),
    );
    const { codes, report } = await runDoctor(['--url', url]);
    expect(codes).toEqual(['clock', 'no-hsts']);
    expect(report.findings[0]?.seen).toContain(`60 minutes ${seconds > 0 ? 'ahead' : 'behind'}`);
  });

  it.each([-3_600, 3_600])("this machine's clock, %i s from Stripe's", async (seconds) => {
    const { host, url } = await startShop();
    host.emulator.setFault('POST /v1/customer_sessions', {
      transform: ({ created, expires_at, ...answer }) => ({
        ...answer,
        created: Number(created) + seconds,
        expires_at: Number(expires_at) + seconds,
      }),
    });
    expect((await runDoctor(['--url', url, ...ADA])).codes).toEqual(['clock']);
  });

  it('that Stripe cannot be reached', async () => {
    const resetting = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => resetting.listen(0, '127.0.0.1', resolve));
    closeLater({ close: () => new Promise((resolve) => resetting.close(() => resolve())) });
    const { port } = resetting.address() as AddressInfo;
    const run = await runDoctor(['--api', `http://127.0.0.1:${port}`], { env: { STRIPE_SECRET_KEY: KEY } });
    expect(run).toMatchObject({ code: 1, codes: ['stripe-unreachable'] });
    expect(run.report.findings[0]?.seen).toContain('ECONNRESET');
  });

  it('an address where nothing listens, and asks for no header that it was given', async () => {
    const { host, url } = await startShop();
    await host.close();
    const { codes, report } = await runDoctor(['--url', url, ...ADA]);
    expect(codes).toEqual(['unreachable']);
    const why = report.notChecked.filter(({ what }) => /signed-in|cache/.test(what)).map((one) => one.why);
    expect(why).toEqual(['the address cannot be reached', 'the address cannot be reached']);
  });

  it('that the app cannot reach Stripe', async () => {
    const { host, url } = await startShop();
    host.emulator.setFault('*', { reset: 'before' });
    const { codes, report } = await runDoctor(['--url', url, ...ADA]);
    expect(codes).toEqual(['refused']);
    expect(report.findings[0]).toMatchObject({
      seen: 'POST with your header was answered with 502 stripe_unavailable.',
      docs: 'docs/problems.md#stripe_unavailable',
    });
  });
});
