import type { OutgoingHttpHeaders } from 'node:http';
import cors from 'cors';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { type HostSettings, startHost, type TestHost } from '../support/host.js';

const ALLOWED = 'https://shop.example';
const SITES = [
  undefined,
  'same-origin',
  'same-site',
  'cross-site',
  'none',
  'SAME-ORIGIN',
  'same-origin, same-origin',
  '',
];
const MODES = [undefined, 'cors', 'same-origin', 'no-cors', 'navigate'];
const DESTS = [undefined, 'empty', 'document', 'iframe'];
const ORIGINS = [
  'absent',
  'null',
  'same',
  'http',
  'other port',
  'sibling',
  'evil',
  'allowed',
  'begins like the allowed one',
  'the allowed one in capitals',
] as const;

let host: TestHost;
beforeAll(async () => {
  host = await startHost({ options: { allowedOrigins: [ALLOWED, 'capacitor://localhost'] } });
});
afterAll(() => host.close());

function originOf(kind: (typeof ORIGINS)[number]): string | undefined {
  const { port } = new URL(host.origin);
  const origins: Record<(typeof ORIGINS)[number], string | undefined> = {
    absent: undefined,
    null: 'null',
    same: host.origin,
    http: host.origin.replace('https', 'http'),
    'other port': `https://localhost:${Number(port) + 1}`,
    sibling: `https://sibling.localhost:${port}`,
    evil: 'https://evil.example',
    allowed: ALLOWED,
    'begins like the allowed one': `${ALLOWED}.evil.example`,
    'the allowed one in capitals': 'https://SHOP.example',
  };
  return origins[kind];
}

interface Sent {
  method: string;
  origin: string | undefined;
  site: string | undefined;
  mode: string | undefined;
  dest: string | undefined;
}

/** H2 to H4 in their own words; `undefined` means that the request goes on. */
function refusalOf({ method, origin, site, mode, dest }: Sent): [number, string] | undefined {
  if (method !== 'POST') return [405, 'method_not_allowed'];
  if (origin?.startsWith('http://')) return [403, 'tls_required'];
  if (origin === ALLOWED) return undefined;
  // Not https either, but no witness of plain http.
  if (origin === 'null') return [403, 'cross_origin'];
  if (site === 'same-origin') {
    const scripted = (mode ?? 'cors') === 'cors' || mode === 'same-origin';
    return scripted && (dest ?? 'empty') === 'empty' ? undefined : [403, 'cross_origin'];
  }
  if (site === undefined && origin === host.origin) return undefined;
  return [403, 'cross_origin'];
}

function headersOf({ origin, site, mode, dest }: Sent): OutgoingHttpHeaders {
  const all = {
    'x-user': 'ada',
    origin,
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    'sec-fetch-dest': dest,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function countOf({ calls, emulator }: TestHost): number {
  return calls.authenticate + calls.resolve + calls.limiter + emulator.requests.length;
}

function* product(method: string, kind: (typeof ORIGINS)[number]): Generator<Sent> {
  for (const site of SITES) {
    for (const mode of MODES) {
      for (const dest of DESTS) yield { method, origin: originOf(kind), site, mode, dest };
    }
  }
}

describe('H4 same origin, against its own words', () => {
  it.each(ORIGINS.flatMap((kind) => ['POST', 'GET'].map((method) => [method, kind] as const)))(
    'H4 %s with Origin %s, for every Sec-Fetch-Site, Mode and Dest',
    async (method, kind) => {
      let passed = 0;
      for (const sent of product(method, kind)) {
        const expected = refusalOf(sent);
        const before = countOf(host);
        const answer = await call(host, { method, headers: headersOf(sent) });
        expect({ ...sent, got: [answer.status, answer.json.code] }).toEqual({
          ...sent,
          got: expected ?? [200, undefined],
        });
        if (expected === undefined) passed += 1;
        else expect(countOf(host)).toBe(before);
      }
      // Any other origin passes where the browser says that it is the same.
      const passes = { null: 0, http: 0, allowed: 160, same: 26, other: 6 };
      expect(passed).toBe(method === 'GET' ? 0 : passes[kind in passes ? (kind as 'same') : 'other']);
    },
  );

  it('H4 goes by the raw Host, never by X-Forwarded-Host', async () => {
    const trusting = await startHost({ prepare: (app) => app.set('trust proxy', true) });
    const headers = { 'x-user': 'ada', origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
    expectProblem(await call(trusting, { headers }), 403, 'cross_origin');
    await trusting.close();
  });

  it('H4 passes neither Sec-Fetch-Site nor Origin only with allowNonBrowser', async () => {
    expectProblem(await call(host, { headers: { 'x-user': 'ada' } }), 403, 'cross_origin');
    const native = await startHost({ options: { allowNonBrowser: true } });
    expect((await call(native, { headers: { 'x-user': 'ada' } })).status).toBe(200);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expectProblem(await call(native, { headers: { 'x-user': 'ada', ...headers } }), 403, 'cross_origin');
    }
    await native.close();
  });

  it("H4 lets an app's own scheme pass when it is allowed", async () => {
    const headers = { 'x-user': 'ada', origin: 'capacitor://localhost', 'sec-fetch-site': 'cross-site' };
    expect((await call(host, { headers })).status).toBe(200);
    expectProblem(
      await call(host, { headers: { ...headers, origin: 'ionic://localhost' } }),
      403,
      'cross_origin',
    );
  });

  it('H4 gives no secret across origins through a host with cors({ origin: true, credentials: true })', async () => {
    const settings: HostSettings = { prepare: (app) => app.use(cors({ origin: true, credentials: true })) };
    const open = await startHost(settings);
    for (const site of ['cross-site', 'same-site', 'none', undefined]) {
      const headers = headersOf({
        method: 'POST',
        origin: 'https://evil.example',
        site,
        mode: 'cors',
        dest: 'empty',
      });
      const answer = await call(open, { headers });
      expect(answer.headers['access-control-allow-origin']).toBe('https://evil.example');
      expectProblem(answer, 403, 'cross_origin');
    }
    expect(countOf(open)).toBe(0);
    expect((await call(open, { headers: fromBrowser(open) })).status).toBe(200);
    await open.close();
  });
});
