const TIMER = '{ deadline.clear(); }';
const ITS_TIMER =
  'The timer keeps no process alive, and rejects a promise that nobody waits for any more: a little memory until the deadline.';

/** Changes that no request, start or event can tell from what is written, each with the reason. `at` is the line they are in. */
const EQUIVALENT = [
  {
    file: 'src/guards/headers.ts',
    at: "crossOriginResourcePolicy: { policy: 'same-origin' },",
    original: "{ policy: 'same-origin' }",
    replacement: '{}',
    why: "It is helmet's own default.",
  },
  {
    file: 'src/guards/headers.ts',
    at: "referrerPolicy: { policy: 'no-referrer' },",
    original: "{ policy: 'no-referrer' }",
    replacement: '{}',
    why: "It is helmet's own default.",
  },
  {
    file: 'src/guards/origin.ts',
    at: 'if (origin !== undefined && policy.allowedOrigins.has(origin)) return undefined;',
    original: 'origin !== undefined',
    replacement: 'true',
    why: 'A set of texts does not hold `undefined`.',
  },
  {
    file: 'src/guards/tls.ts',
    at: 'const isPlain = origin !== undefined && !allowedOrigins.has(origin) && /^http:/i.test(origin);',
    original: 'origin !== undefined',
    replacement: 'true',
    why: 'As a text, `undefined` does not begin with `http:`.',
  },
  {
    file: 'src/guards/guards.ts',
    at: "notePassed(req, whyNotSecure(req, policy) === undefined ? 'tls' : 'localhost');",
    original: "'tls'",
    replacement: '""',
    why: "It is told from `undefined` and from `'localhost'`, and from nothing else.",
  },
  {
    file: 'src/endpoint.ts',
    at: '} finally {',
    original: TIMER,
    replacement: '{}',
    why: ITS_TIMER,
  },
  {
    file: 'src/issuer.ts',
    at: '} finally {',
    original: TIMER,
    replacement: '{}',
    why: ITS_TIMER,
  },
  {
    file: 'src/customers/directory.ts',
    at: '} finally {',
    original: TIMER,
    replacement: '{}',
    why: ITS_TIMER,
  },
];

/** Why a change cannot be told, or undefined. */
export function reasonOf({ file, at, original, replacement }) {
  return EQUIVALENT.find(
    (known) =>
      known.file === file &&
      known.at === at &&
      known.original === original &&
      known.replacement === replacement,
  )?.why;
}
