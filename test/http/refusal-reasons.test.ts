import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:tls';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, type HostSettings, startHost, type TestHost } from '../support/host.js';

const hosts: TestHost[] = [];
afterAll(() => Promise.all(hosts.map((host) => host.close())));

async function start(settings: HostSettings = {}): Promise<TestHost> {
  const host = await startHost(settings);
  hosts.push(host);
  return host;
}

/** Exactly these headers beside the user's, and no other of a browser's. */
async function ask(host: TestHost, headers: OutgoingHttpHeaders) {
  return call(host, { headers: { 'x-user': 'ada', ...headers } });
}

const SAME = { 'sec-fetch-site': 'same-origin' };

describe('H3 and H4, what a refusal tells the event of its reason', () => {
  let shop: TestHost;
  beforeAll(async () => {
    shop = await start({
      prepare: (app) => app.set('trust proxy', 1),
      options: { allowedOrigins: ['https://app.example'] },
    });
  });

  it.each([
    ['forwarded_proto', 'tls_required', { 'x-forwarded-proto': 'https, http' }],
    ['not_secure', 'tls_required', { 'x-forwarded-proto': 'http' }],
    ['plain_origin', 'tls_required', { origin: 'http://shop.example' }],
    ['origin', 'cross_origin', { origin: 'capacitor-http://shop.example', ...SAME }],
    ['origin', 'cross_origin', { origin: 'app-https://app.example', ...SAME }],
    ['origin', 'cross_origin', { origin: 'null', ...SAME }],
    ['origin', 'cross_origin', { origin: 'https://evil.example' }],
    ['sec_fetch_site', 'cross_origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['sec_fetch_site', 'cross_origin', { 'sec-fetch-site': 'none' }],
    ['sec_fetch_mode', 'cross_origin', { ...SAME, 'sec-fetch-mode': 'navigate' }],
    ['sec_fetch_dest', 'cross_origin', { ...SAME, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'document' }],
    ['no_origin', 'cross_origin', {}],
  ])('H4 %s is %s: %j', async (reason, code, headers) => {
    expectProblem(await ask(shop, headers), 403, code);
    expect(shop.events.at(-1)).toMatchObject({ outcome: code, reason });
  });

  it('H4 a Host that is not there is no origin, whatever a client writes in its place', async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(new URL(shop.origin).port),
      rejectUnauthorized: false,
    });
    await once(socket, 'secureConnect');
    const lines = [
      `POST ${shop.path} HTTP/1.0`,
      'X-User: ada',
      'Origin: https://undefined',
      'Content-Length: 0',
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(shop.events.at(-1)).toMatchObject({ outcome: 'cross_origin', reason: 'origin' });
  });
});

describe('H3 and H4 with dangerouslyAllowHttpOnLocalhost', () => {
  it('H4 knows its own plain origin without Fetch Metadata too, and no other', async () => {
    const host = await start({ plain: true, options: { dangerouslyAllowHttpOnLocalhost: true } });
    expect((await ask(host, { origin: host.origin })).status).toBe(200);
    expectProblem(await ask(host, { origin: `https://${host.authority}` }), 403, 'cross_origin');
    expectProblem(await ask(host, { origin: 'http://localhost:1' }), 403, 'cross_origin');
  });
});

describe('H12 beside the guards', () => {
  const session = {
    object: 'customer_session',
    customer: ADA,
    livemode: true,
    client_secret: 'cuss_secret_live',
    created: 1767225600,
    expires_at: 1767227400,
  };
  const stripe = { customerSessions: { create: async () => session } };

  it('takes a live session over TLS for a client whose mode is unknown', async () => {
    const host = await start({ options: { stripe } });
    expect((await call(host, { headers: fromBrowser(host) })).status).toBe(200);
  });

  it('takes it over TLS for an allowed page of this machine, too', async () => {
    const page = 'http://localhost:5173';
    const options = { stripe, dangerouslyAllowHttpOnLocalhost: true, allowedOrigins: [page] };
    const host = await start({ options });
    expect((await ask(host, { origin: page, 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });
});
