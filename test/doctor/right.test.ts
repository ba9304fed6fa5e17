import { startStripeEmulator } from '../../src/testing/index.js';
import { startHost } from '../support/host.js';
import { makeApp } from './support/app-folder.js';
import { runDoctor } from './support/run-doctor.js';
import { ADA, adding, closeLater, startShop, trustingProxy } from './support/shop.js';

const HSTS = 'max-age=31536000';

describe('a right set-up is called right', () => {
  it('over TLS, signed in, with two sessions and no third', async () => {
    const { host, url } = await startShop();
    const { code, codes, report } = await runDoctor(['--url', url, ...ADA]);
    expect({ code, codes }).toEqual({ code: 0, codes: [] });
    expect(report.good).toEqual([
      expect.stringMatching(/^Node\.js /),
      'Signed-out requests get 401.',
      'GET is refused with 405.',
      "Another site's page is refused with 403.",
      'No other site may read answers (CORS).',
      'Nothing is given out over plain http.',
      expect.stringMatching(/^The signed-in user gets a session in \d+ ms\.$/),
      'Each request gets a secret of its own.',
      'No cache stores the answers.',
      'The security headers arrive as they were set.',
      'The clocks of this machine, the server and Stripe agree.',
      expect.stringMatching(/^A refusal takes \d+ ms\.$/),
    ]);
    expect(host.emulator.sessions).toHaveLength(2);
  });

  it('behind a proxy that the app trusts', async () => {
    const { url } = await startShop(trustingProxy, adding({ 'strict-transport-security': HSTS }));
    expect(await runDoctor(['--url', url, ...ADA])).toMatchObject({ code: 0, codes: [] });
  });

  it("mounted by app.post(path, router), whose other methods are the app's", async () => {
    const { url } = await startShop({ mount: 'post' });
    const { code, codes } = await runDoctor(['--url', url, ...ADA]);
    expect({ code, codes }).toEqual({ code: 0, codes: [] });
  });

  it('signed out, naming what was not checked', async () => {
    const { host, url } = await startShop();
    const { code, report } = await runDoctor(['--url', url]);
    expect(code).toBe(0);
    expect(report.notChecked.map(({ what }) => what)).toEqual([
      'Installed packages',
      'The key and Stripe',
      'The signed-in answer',
      'A cache that answers for the route',
    ]);
    expect(host.emulator.sessions).toEqual([]);
  });

  it('on plain http in development', async () => {
    const host = await startHost({ plain: true, options: { dangerouslyAllowHttpOnLocalhost: true } });
    closeLater(host);
    expect(await runDoctor(['--url', `${host.origin}${host.path}`, ...ADA])).toMatchObject({
      code: 0,
      codes: [],
    });
  });

  it.each(['mobile', 'billing-sdk'] as const)('with format %s', async (format) => {
    const { url } = await startShop({ options: { format } });
    expect(await runDoctor(['--url', url, ...ADA])).toMatchObject({ code: 0, codes: [] });
  });

  it('for a front end of another origin', async () => {
    const { url } = await startShop({ options: { allowedOrigins: ['https://app.example'] } });
    const run = await runDoctor(['--url', url, ...ADA, '--header', 'Origin: https://app.example']);
    expect(run).toMatchObject({ code: 0, codes: [] });
  });

  it('with a key that may create sessions and a customer whose cards are shown', async () => {
    const emulator = await startStripeEmulator();
    closeLater(emulator);
    const folder = makeApp({ express: '5.3.0', stripe: '23.1.0' });
    const env = { STRIPE_SECRET_KEY: emulator.secretKey };
    const { code, report, progress } = await runDoctor(['--api', emulator.url], { env, folder });
    expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] });
    expect(report.good).toEqual([
      expect.stringMatching(/^Node\.js /),
      'express 5.3.0, stripe 23.1.0',
      'STRIPE_SECRET_KEY is a secret key, test mode.',
      expect.stringMatching(/^Stripe's API version is \d{4}-\d\d-\d\d/),
      'The key may create customer sessions.',
    ]);
    expect(report.notChecked).toContainEqual({
      what: 'The route from outside',
      why: 'needs --url https://…',
    });
    expect(progress).toContain('Looking at the installed packages …');
    expect(progress).toContain('a customer that does not exist (nothing is created)');
    expect(emulator.sessions).toEqual([]);
  });
});

describe('wrong for another reason', () => {
  it('allowNonBrowser is a suggestion, and no problem', async () => {
    const { url } = await startShop({ options: { allowNonBrowser: true } });
    expect(await runDoctor(['--url', url, ...ADA])).toMatchObject({
      code: 0,
      codes: ['non-browser-accepted'],
    });
  });

  it('plain http in development without the option', async () => {
    const host = await startHost({ plain: true });
    closeLater(host);
    const url = `${host.origin}${host.path}`;
    expect(await runDoctor(['--url', url])).toMatchObject({ code: 1, codes: ['http-on-localhost'] });
  });

  it('a route that gives everybody a session, of which it takes two', async () => {
    const { host, url } = await startShop({
      options: { authenticate: () => ({ name: 'ada', customer: 'cus_Ada0000000000001' }) },
    });
    const { codes } = await runDoctor(['--url', url, ...ADA]);
    expect(codes).toContain('open-to-everyone');
    expect(host.emulator.sessions).toHaveLength(2);
  });

  it('a header that signs nobody in', async () => {
    const { url } = await startShop();
    expect((await runDoctor(['--url', url, '--header', 'X-User: eve'])).codes).toEqual(['not-signed-in']);
  });

  it("a user without a customer, by the code's heading", async () => {
    const { url } = await startShop();
    const { report } = await runDoctor(['--url', url, '--header', 'X-User: nobody-yet']);
    expect(report.findings).toEqual([
      expect.objectContaining({ code: 'refused', docs: 'docs/problems.md#no_customer' }),
    ]);
  });
});
