import fc from 'fast-check';
import type { Place, RawRequest } from './oracle.js';

/** Whom the hostile requests say they are, and how their way ends once the guards let them pass. */
export const ENDINGS = {
  ada: 'issued',
  bob: 'issued',
  'nobody-yet': 'no_customer',
  limited: 'rate_limited',
  broken: 'internal_error',
  throttled: 'stripe_rate_limited',
  down: 'stripe_unavailable',
  mixed: 'stripe_mismatch',
  refused: 'misconfigured',
} as const;

type User = keyof typeof ENDINGS;
type Header = readonly [name: string, value: string];

const text = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019-_.~/:;=,"\\ \t\u00e9\u00ff')),
  maxLength: 40,
});
const token = fc.string({
  unit: fc.constantFrom(...Array.from('abcxyz0189-_')),
  minLength: 1,
  maxLength: 16,
});

/** Mostly what `good` gives; one in `every` times what `bad` gives. */
function mostly<T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T>, every: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: every - 1, arbitrary: good }, { weight: 1, arbitrary: bad });
}

const none: fc.Arbitrary<readonly string[]> = fc.constant([]);
const one = (...values: string[]) => fc.constantFrom(...values).map((value) => [value]);

function originsOf({ authority, allowedOrigins }: Place): fc.Arbitrary<readonly string[]> {
  const [allowed = ''] = allowedOrigins;
  const [name = '', port = ''] = authority.split(':');
  const same = `https://${authority}`;
  const odd = one(
    'null',
    '',
    `http://${authority}`,
    `HTTP://${authority}`,
    `HTTPS://${authority}`,
    `https://${name}`,
    `https://${name}:${Number(port) + 1}`,
    `https://${name.toUpperCase()}:${port}`,
    `https://evil.${authority}`,
    `https://${name}.evil.example`,
    `https://${authority}@evil.example`,
    `${same}/`,
    `${same}.evil.example`,
    ` ${same}`,
    `${same}, ${same}`,
    'https://evil.example',
    `${allowed}.evil.example`,
    `${allowed}/`,
    `${allowed}:443`,
    allowed.toUpperCase(),
    allowed.replace('https', 'http'),
    'file://',
    'capacitor://localhost',
    'javascript:alert(1)',
  );
  const repeated = fc.constantFrom([same, same], [allowed, 'https://evil.example'], ['null', same]);
  return fc.oneof(
    { weight: 6, arbitrary: one(same) },
    { weight: 2, arbitrary: one(allowed) },
    { weight: 1, arbitrary: none },
    {
      weight: 3,
      arbitrary: fc.oneof(
        odd,
        repeated,
        text.map((value) => [value]),
      ),
    },
  );
}

const site = mostly(
  fc.oneof(one('same-origin'), none),
  fc.oneof(
    one('same-site', 'cross-site', 'none', 'SAME-ORIGIN', '', 'same-origin-allow-popups', 'same'),
    fc.constant(['same-origin', 'same-origin']),
    token.map((value) => [value]),
  ),
  6,
);
const mode = mostly(
  fc.oneof(one('cors', 'same-origin'), none),
  fc.oneof(
    one('navigate', 'no-cors', 'websocket', 'CORS', ''),
    token.map((value) => [value]),
  ),
  9,
);
const dest = mostly(fc.oneof(one('empty'), none), one('document', 'iframe', 'script', 'worker', ''), 9);
const proto = mostly(
  fc.oneof(one('https'), one('https, https', 'https,https')),
  fc.oneof(
    none,
    one('http', 'http, https', 'https, http', 'https,', 'wss', ''),
    fc.constant(['https', 'http']),
  ),
  8,
);

function hostsOf({ authority }: Place): fc.Arbitrary<string> {
  return mostly(fc.constant(authority), fc.constantFrom('evil.example', 'localhost', '127.0.0.1'), 12);
}

const user: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 4, arbitrary: one('ada', 'bob') },
  { weight: 5, arbitrary: one(...(Object.keys(ENDINGS) as User[])) },
  {
    weight: 1,
    arbitrary: fc.oneof(none, one('eve', '__proto__', 'constructor'), fc.constant(['ada', 'bob'])),
  },
);

// Each of them names another customer, in every place where a careless route looks for one.
const EVE = 'cus_Eve0000000000001';
const bodies: fc.Arbitrary<{ headers: Header[]; body: string }> = fc
  .constantFrom(
    { type: undefined, body: '' },
    { type: 'application/json', body: JSON.stringify({ customer: EVE, customerId: EVE, user: 'eve' }) },
    { type: 'application/x-www-form-urlencoded', body: `customer=${EVE}&customer_account=acct_Eve` },
    { type: 'text/plain', body: EVE },
  )
  .chain(({ type, body }) =>
    fc.boolean().map((isChunked) => {
      const length: Header[] = isChunked
        ? [['Transfer-Encoding', 'chunked']]
        : [['Content-Length', String(body.length)]];
      const chunks = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`;
      return {
        headers: type === undefined ? length : [...length, ['Content-Type', type] as const],
        body: isChunked ? `${chunks}0\r\n\r\n` : body,
      };
    }),
  );

const noise: fc.Arbitrary<Header[]> = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom(
        'X-Forwarded-Host',
        'X-Forwarded-For',
        'X-Original-URL',
        'Forwarded',
        'Via',
        'X-Real-IP',
      ),
      fc.constantFrom('evil.example', '127.0.0.1', 'host=evil.example;proto=https', EVE),
    ),
    fc.tuple(fc.constantFrom('X-HTTP-Method-Override', 'X-Method-Override'), fc.constant('POST')),
    fc.tuple(fc.constantFrom('Cookie', 'Authorization', 'Referer', 'Accept', 'User-Agent', 'Range'), text),
    fc.tuple(fc.constantFrom('If-None-Match', 'If-Modified-Since', 'Accept-Encoding'), fc.constant('*')),
    fc.tuple(
      token.map((name) => `X-${name}`),
      text,
    ),
  ),
  { maxLength: 4 },
);

/** Requests to the place, most of which come near to being let in. */
export function hostileRequests(place: Place): fc.Arbitrary<RawRequest> {
  const { path } = place;
  const target = mostly(
    fc.constantFrom(path, `${path}/`, `${path}?customer=${EVE}`, `${path}?x=/y`),
    fc.constantFrom(path.toUpperCase(), `${path}/${EVE}`, `${path}s`, '/', `${path}%2f`, `/x${path}`),
    14,
  );
  const method = mostly(
    fc.constant('POST'),
    fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
    16,
  );
  const parts = {
    method,
    target,
    host: hostsOf(place),
    origin: originsOf(place),
    site,
    mode,
    dest,
    proto,
    user,
    content: bodies,
    noise,
  };
  return fc.record(parts).map((drawn) => {
    const named = (name: string, values: readonly string[]) => values.map((value): Header => [name, value]);
    return {
      method: drawn.method,
      target: drawn.target,
      headers: [
        ['Host', drawn.host],
        ...named('Origin', drawn.origin),
        ...named('Sec-Fetch-Site', drawn.site),
        ...named('sec-fetch-mode', drawn.mode),
        ...named('Sec-Fetch-Dest', drawn.dest),
        ...named('X-Forwarded-Proto', drawn.proto),
        ...named('X-User', drawn.user),
        ...drawn.noise,
        ...drawn.content.headers,
      ],
      body: drawn.content.body,
    };
  });
}
