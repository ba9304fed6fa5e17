import type { OutgoingHttpHeaders } from 'node:http';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { startHost, type TestHost } from '../support/host.js';
import { comesFrom } from '../support/socket-address.js';

let host: TestHost;
beforeAll(async () => {
  host = await startHost({
    plain: true,
    prepare: (app) => app.use(comesFrom),
    options: { dangerouslyAllowHttpOnLocalhost: true },
  });
});
afterAll(() => host.close());
beforeEach(() => {
  host.events.length = 0;
});

/** The event's reason where the request was refused for want of TLS, `passed` where it got a session. */
async function outcomeOf(headers: OutgoingHttpHeaders): Promise<string | undefined> {
  const answer = await call(host, { headers: fromBrowser(host, { connection: 'close', ...headers }) });
  if (answer.status === 200) return 'passed';
  expectProblem(answer, 403, 'tls_required');
  return host.events.at(-1)?.reason;
}

describe('dangerouslyAllowHttpOnLocalhost, by the address of the socket', () => {
  it.each(['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'])(
    'H3 takes %s for this machine, behind a proxy of its own too',
    async (address) => {
      expect(await outcomeOf({ 'test-address': address })).toBe('passed');
      expect(await outcomeOf({ 'test-address': address, 'x-forwarded-for': '203.0.113.9' })).toBe('passed');
    },
  );

  it.each([
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.0',
    '192.168.255.255',
    '::ffff:172.17.0.1',
    'fc00::1',
    'fdff::1',
  ])('H3 takes %s for the bridge of a container, unless a proxy has forwarded it', async (address) => {
    expect(await outcomeOf({ 'test-address': address })).toBe('passed');
    for (const name of ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']) {
      expect({
        name,
        outcome: await outcomeOf({ 'test-address': address, [name]: 'for=203.0.113.9' }),
      }).toEqual({
        name,
        outcome: 'local_forwarded',
      });
    }
    // Neither is of a proxy's.
    expect(await outcomeOf({ 'test-address': address, forwarding: '1', 'not-x-forwarded-for': '1' })).toBe(
      'passed',
    );
  });

  it.each([
    '',
    '9.255.255.255',
    '11.0.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '::2',
    '::ffff:203.0.113.9',
    'fbff::1',
    'fe00::1',
    '/run/app.sock',
  ])('H3 refuses %p', async (address) => {
    expect(await outcomeOf({ 'test-address': address })).toBe('local_socket');
  });
});

describe('dangerouslyAllowHttpOnLocalhost, by what the browser says', () => {
  it.each([
    ['LOCALHOST', 'passed'],
    ['shop.localhost', 'passed'],
    ['127.1.2.3', 'passed'],
    ['[::1]', 'passed'],
    ['localhost.', 'local_host'],
    ['.localhost', 'local_host'],
    ['127.0.0.1.evil.example', 'local_host'],
    ['1127.0.0.1', 'local_host'],
    ['localhost:port', 'local_host'],
  ])('H3 the Host %p: %s', async (name, outcome) => {
    const origin = 'http://localhost:3000';
    // Of the same site by the browser's word, so that nothing but the Host is in question.
    expect(await outcomeOf({ host: name, origin, 'sec-fetch-site': 'same-origin' })).toBe(outcome);
  });

  it.each([
    ['http://localhost:5173', 'passed'],
    ['https://shop.localhost', 'passed'],
    ['http://LOCALHOST', 'local_origin'],
    ['http://localhost/', 'local_origin'],
    ['xhttp://localhost', 'local_origin'],
    ['ftp://localhost', 'local_origin'],
    ['http://shop.example', 'local_origin'],
    ['null', 'local_origin'],
  ])('H3 the Origin %p: %s', async (origin, outcome) => {
    expect(await outcomeOf({ origin, 'sec-fetch-site': 'same-origin' })).toBe(outcome);
  });

  it('H3 needs no Origin, as other guards need none with Fetch Metadata', async () => {
    const { origin: _origin, ...headers } = fromBrowser(host);
    expect((await call(host, { headers })).status).toBe(200);
  });
});
