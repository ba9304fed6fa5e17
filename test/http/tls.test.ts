import type { OutgoingHttpHeaders } from 'node:http';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { type HostSettings, startHost, type TestHost } from '../support/host.js';

const TRUST: ReadonlyArray<readonly [name: string, setting: unknown, trustsLoopback: boolean]> = [
  ['false', false, false],
  ['true', true, true],
  ['0', 0, false],
  ['1', 1, true],
  ['2', 2, true],
  ['loopback', 'loopback', true],
  ['10.0.0.0/8', '10.0.0.0/8', false],
  ['a function', (address: string) => address.endsWith('127.0.0.1'), true],
];
const FORMS = [undefined, 'https', 'http', 'https, http', 'http, https', 'https,https', 'HTTPS', '', 'wss'];
const CASES = TRUST.flatMap(([name, setting, trusts]) =>
  [false, true].map((plain) => ({ name, setting, trusts, plain })),
);

/** H3 in its own words: `req.secure`, and every listed `X-Forwarded-Proto` value is `https`. */
function isTls(plain: boolean, trusts: boolean, form: string | undefined): boolean {
  const socket = plain ? 'http' : 'https';
  const leftmost = (form ?? '').split(',')[0]?.trim() ?? '';
  const secure = (trusts && form ? leftmost : socket) === 'https';
  const listed = form === undefined ? [] : form.split(',').map((value) => value.trim().toLowerCase());
  return secure && listed.every((value) => value === 'https');
}

async function withHost(settings: HostSettings, use: (host: TestHost) => Promise<void>): Promise<void> {
  const host = await startHost(settings);
  try {
    await use(host);
  } finally {
    await host.close();
  }
}

function countOf(host: TestHost): number {
  const { authenticate, resolve, limiter } = host.calls;
  return authenticate + resolve + limiter + host.emulator.requests.length;
}

// A page over TLS, seen through whatever proxies: the origin is https in every case of the table.
function overTls(host: TestHost, form: string | undefined): OutgoingHttpHeaders {
  const headers = fromBrowser(host, { origin: `https://${host.authority}` });
  return form === undefined ? headers : { ...headers, 'x-forwarded-proto': form };
}

describe('H3 TLS, against its own words', () => {
  it.each(CASES)('H3 trust proxy $name, plain socket: $plain', ({ setting, trusts, plain }) =>
    withHost({ plain, prepare: (app) => app.set('trust proxy', setting) }, async (host) => {
      let passed = 0;
      for (const form of FORMS) {
        const before = countOf(host);
        const answer = await call(host, { headers: overTls(host, form) });
        const context = { form, plain, trusts };
        if (isTls(plain, trusts, form)) {
          expect({ ...context, status: answer.status }).toEqual({ ...context, status: 200 });
          passed += 1;
        } else {
          expect({ ...context, status: answer.status }).toEqual({ ...context, status: 403 });
          expectProblem(answer, 403, 'tls_required');
          expect(countOf(host)).toBe(before);
        }
      }
      // The table must reach Stripe where it says so: some pass on TLS, and on a plain socket where it is trusted.
      expect(passed > 0).toBe(!plain || trusts);
    }),
  );

  it('H3 takes repeated headers together', () =>
    withHost({ prepare: (app) => app.set('trust proxy', 1) }, async (host) => {
      const good = await call(host, {
        headers: { ...overTls(host, undefined), 'x-forwarded-proto': ['https', 'https'] },
      });
      expect(good.status).toBe(200);
      const bad = await call(host, {
        headers: { ...overTls(host, undefined), 'x-forwarded-proto': ['https', 'http'] },
      });
      expectProblem(bad, 403, 'tls_required');
    }));

  it('H3 takes a plain-http Origin for a witness that no proxy hides', () =>
    withHost({ prepare: (app) => app.set('trust proxy', true) }, async (host) => {
      for (const origin of [`http://${host.authority}`, 'http://shop.example', 'HTTP://shop.example']) {
        const headers = { ...fromBrowser(host), origin, 'x-forwarded-proto': 'https' };
        expectProblem(await call(host, { headers }), 403, 'tls_required');
      }
      expect(countOf(host)).toBe(0);
    }));

  it('H3 never redirects, and warns once per process, naming both fixes', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    await jest.isolateModulesAsync(async () => {
      const isolated: typeof import('../support/host.js') = await import('../support/host.js');
      const host = await isolated.startHost({ plain: true });
      for (let round = 0; round < 3; round += 1) {
        const answer = await call(host, { headers: overTls(host, undefined) });
        expect(answer.headers.location).toBeUndefined();
        expect(answer.status).toBe(403);
      }
      await host.close();
    });
    const warnings = emitWarning.mock.calls.map(([message]) => String(message));
    emitWarning.mockRestore();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("app.set('trust proxy', 1)");
    expect(warnings[0]).toContain('dangerouslyAllowHttpOnLocalhost');
  });
});

describe('dangerouslyAllowHttpOnLocalhost', () => {
  const local: HostSettings = { plain: true, options: { dangerouslyAllowHttpOnLocalhost: true } };

  it('H3 lets plain http pass where socket, Host and Origin are all loopback', () =>
    withHost(local, async (host) => {
      const port = new URL(host.origin).port;
      for (const name of ['localhost', '127.0.0.1', '[::1]']) {
        const authority = `${name}:${port}`;
        const headers = { ...fromBrowser(host), host: authority, origin: `http://${authority}` };
        expect((await call(host, { headers })).status).toBe(200);
      }
    }));

  it.each([
    ['a public Host', { host: 'shop.example' }],
    ['a Host that only begins like localhost', { host: 'localhost.evil.example' }],
    ['a Host that only ends like localhost', { host: 'evillocalhost' }],
    ['a Host that only ends like a loopback address', { host: 'evil.127.0.0.1' }],
    ['a public Origin', { origin: 'http://shop.example' }],
    ['an https Origin of elsewhere', { origin: 'https://evil.example' }],
    ['an Origin that only begins like localhost', { origin: 'http://localhost.evil.example' }],
    ['an Origin that only ends like localhost', { origin: 'http://evillocalhost' }],
    ['an Origin of null', { origin: 'null' }],
  ])('H3 refuses %s all the same', (_name, change) =>
    withHost(local, async (host) => {
      const headers: OutgoingHttpHeaders = { ...fromBrowser(host), ...change };
      if (headers.origin === undefined) delete headers.origin;
      expectProblem(await call(host, { headers }), 403, 'tls_required');
      expect(countOf(host)).toBe(0);
    }),
  );

  it('H12 drops a live session that a local request got', () =>
    withHost({ plain: true, options: { dangerouslyAllowHttpOnLocalhost: true } }, async (host) => {
      host.emulator.setFault('POST /v1/customer_sessions', {
        transform: (answer) => ({ ...answer, livemode: true }),
      });
      expectProblem(await call(host, { headers: fromBrowser(host) }), 502, 'stripe_mismatch');
    }));

  it('H3 changes nothing for TLS requests', () =>
    withHost({ options: { dangerouslyAllowHttpOnLocalhost: true } }, async (host) => {
      expect((await call(host, { headers: fromBrowser(host) })).status).toBe(200);
      const headers = fromBrowser(host, { host: 'shop.example', origin: 'https://shop.example' });
      expect((await call(host, { headers })).status).toBe(200);
    }));
});
