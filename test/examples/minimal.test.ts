import tls from 'node:tls';
import type { Express } from 'express';
import { generate } from 'selfsigned';
import request, { type Response } from 'supertest';
import { browserHeaders, type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { expectProblem, expectResponseHeaders } from '../support/call.js';

const FILE = '../../examples/minimal/app.js';
const FROM_BROWSER = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };

/** An emulator that has a certificate of api.stripe.com, and every connection to there led to it. */
async function standInForStripe(): Promise<StripeEmulator> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'api.stripe.com' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'api.stripe.com' }] }],
  });
  const emulator = await startStripeEmulator({ tls: { key, cert } });
  const { connect } = tls;
  jest.spyOn(tls, 'connect').mockImplementation((...args: unknown[]) => {
    const [options] = args as [tls.ConnectionOptions];
    expect(options).toMatchObject({ host: 'api.stripe.com', port: 443 });
    const secureContext = tls.createSecureContext({ ca: cert });
    return connect({ ...options, host: emulator.host, port: emulator.port, secureContext });
  });
  return emulator;
}

describe('examples/minimal', () => {
  const { STRIPE_SECRET_KEY } = process.env;
  let emulator: StripeEmulator;
  let app: Express;

  beforeAll(async () => {
    emulator = await standInForStripe();
    process.env.STRIPE_SECRET_KEY = emulator.secretKey;
    ({ app } = await import(FILE));
    // What a deployment behind a proxy that ends TLS sets; supertest plays the proxy.
    app.set('trust proxy', 1);
  });
  afterAll(async () => {
    if (STRIPE_SECRET_KEY === undefined) delete process.env.STRIPE_SECRET_KEY;
    else process.env.STRIPE_SECRET_KEY = STRIPE_SECRET_KEY;
    jest.restoreAllMocks();
    await emulator.close();
  });

  async function post(headers: Record<string, string>): Promise<Response> {
    const response = await request(app).post('/customer-session').set(headers);
    expectResponseHeaders({ ...answerOf(response) });
    return response;
  }

  it('gives the signed-in user a session, and asks Stripe itself for it', async () => {
    emulator.addCustomer({ id: 'cus_Ada' });
    const { status, body } = await post({ ...FROM_BROWSER, authorization: 'Bearer ada' });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['client_secret', 'expires_at']);
    expect(emulator.sessions.map(({ customer, clientSecret }) => [customer, clientSecret])).toEqual([
      ['cus_Ada', body.client_secret],
    ]);
  });

  it.each<[number, string, Record<string, string>]>([
    [401, 'unauthenticated', FROM_BROWSER],
    [403, 'cross_origin', { ...FROM_BROWSER, 'sec-fetch-site': 'cross-site', authorization: 'Bearer ada' }],
    [403, 'tls_required', { ...FROM_BROWSER, 'x-forwarded-proto': 'http', authorization: 'Bearer ada' }],
  ])('refuses with %i %s', async (status, code, headers) => {
    expectProblem(answerOf(await post(headers)), status, code);
  });

  it('says what is missing when it is started without a key', () => {
    delete process.env.STRIPE_SECRET_KEY;
    let problem: unknown;
    jest.isolateModules(() => {
      try {
        require(FILE);
      } catch (error) {
        problem = error;
      }
    });
    expect(String(problem)).toMatch(/TypeError: .*no Stripe key.*STRIPE_SECRET_KEY/);
  });
});

function answerOf({ status, headers, text, body }: Response) {
  return { status, headers, rawHeaders: [], text, json: body as Record<string, unknown> };
}
