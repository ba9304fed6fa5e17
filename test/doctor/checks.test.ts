import { checkCaching, checkHsts, checkSecurityHeaders } from '../../src/doctor/checks/headers.js';
import * as route from '../../src/doctor/checks/route.js';
import * as signedIn from '../../src/doctor/checks/signed-in.js';
import { found, good, type Outcome, unchecked } from '../../src/doctor/findings.js';
import type { Visit } from '../../src/doctor/visit.js';
import {
  answer,
  crossOrigin,
  NOW,
  refusal,
  session,
  silence,
  unauthenticated,
  visit,
} from './support/visits.js';

// What each check says of one visit. That a visit comes about as it should is told by right and faults.

const local = new URL('http://localhost:3000/customer-session');
const first = (reply: Visit['signedOut'][number], more: Partial<Visit> = {}) =>
  visit({ signedOut: [reply], ...more });
const asUser = (...own: Visit['signedOut']) => visit({ signedIn: { own, foreign: crossOrigin } });
const tls = refusal(403, 'tls_required');

describe.each<[string, (seen: Visit) => Outcome[], [what: string, seen: Visit, outcomes: Outcome[]][]]>([
  [
    'who answers',
    route.checkWhoAnswers,
    [
      [
        'nobody',
        first(silence),
        [found('unreachable', 'POST https://shop.example/customer-session: no answer (ECONNREFUSED).')],
      ],
      ['the router, with a refusal', visit(), []],
      ['the router, with a session', first(session()), []],
      [
        'a redirect to http',
        first(answer(301, { headers: { location: 'http://shop.example/x?token=1' } })),
        [found('redirect-to-http', 'POST was answered with 301, a redirect to http://shop.example/x.')],
      ],
      [
        'a redirect on https',
        first(answer(302, { headers: { location: '/sign-in' } })),
        [found('redirect', 'POST was answered with 302, a redirect to https://shop.example/sign-in.')],
      ],
      [
        'a redirect on http, where all is http',
        first(answer(302, { headers: { location: '/sign-in' } }), { url: local }),
        [found('redirect', 'POST was answered with 302, a redirect to http://localhost:3000/sign-in.')],
      ],
      [
        'a check of CSRF',
        first(answer(403, { body: 'invalid CSRF token' })),
        [found('csrf-in-front', 'POST was answered with 403 about CSRF.')],
      ],
      [
        'a check of XSRF',
        first(answer(403, { body: 'xsrf' })),
        [found('csrf-in-front', 'POST was answered with 403 about CSRF.')],
      ],
      [
        'a word about CSRF elsewhere',
        first(answer(400, { body: 'csrf' })),
        [found('other-answer', 'POST was answered with 400.')],
      ],
      ['another 403', first(answer(403)), [found('other-answer', 'POST was answered with 403.')]],
      ['404', first(answer(404)), [found('wrong-path', 'POST was answered with 404.')]],
      ['405', first(answer(405)), [found('wrong-path', 'POST was answered with 405.')]],
      ['200', first(answer(200)), [found('wrong-path', 'POST was answered with 200.')]],
      [
        '300, which is no redirect',
        first(answer(300)),
        [found('other-answer', 'POST was answered with 300.')],
      ],
      [
        '404, where the router is elsewhere',
        first(answer(404), { elsewhere: ['https://shop.example/a', 'https://shop.example/b'] }),
        [
          found(
            'wrong-path',
            'POST was answered with 404. A router answers at https://shop.example/a and https://shop.example/b.',
          ),
        ],
      ],
      [
        'a page',
        first(answer(500, { body: '<html>' })),
        [found('html-answer', 'POST was answered with 500 with a page (HTML).')],
      ],
    ],
  ],
  [
    'a signed-out request',
    route.checkSignedOut,
    [
      ['gets 401', visit(), [good('Signed-out requests get 401.')]],
      [
        'gets a session',
        first(session()),
        [found('open-to-everyone', 'POST without any cookie got a session.')],
      ],
      ['gets something else', first(answer(404)), []],
      [
        'is refused for TLS, over https',
        first(tls),
        [
          found(
            'missing-trust-proxy',
            'POST was answered with 403 tls_required, although the address is https.',
          ),
        ],
      ],
      [
        'is refused for TLS, on localhost',
        first(tls, { url: local }),
        [found('http-on-localhost', 'POST was answered with 403 tls_required.')],
      ],
      [
        'is refused for TLS, over http',
        first(tls, { url: new URL('http://shop.example/') }),
        [good('Plain http is refused. Pass the https address to have the rest checked.')],
      ],
      [
        'is refused',
        first(crossOrigin),
        [
          found(
            'refused',
            'Signed out, POST was answered with 403 cross_origin; 401 unauthenticated was due.',
            'docs/problems.md#cross_origin',
          ),
        ],
      ],
    ],
  ],
  [
    'GET',
    route.checkMethods,
    [
      ['is refused', visit(), [good('GET is refused with 405.')]],
      ['is the host’s', visit({ get: answer(405) }), []],
      ['was not asked', visit({ get: undefined }), []],
    ],
  ],
  [
    'another origin',
    route.checkOrigins,
    [
      ['is refused', visit(), [good("Another site's page is refused with 403.")]],
      [
        'is refused for TLS',
        visit({ foreign: tls, bare: tls }),
        [good("Another site's page is refused with 403.")],
      ],
      [
        'gets past the guards',
        visit({ foreign: unauthenticated, bare: session() }),
        [
          found('cross-origin-accepted', 'POST from https://doctor.example got 401 unauthenticated.'),
          found('non-browser-accepted', 'POST without Origin and Sec-Fetch-Site got 200 with a session.'),
        ],
      ],
      ['gets an answer of somebody else', visit({ foreign: answer(404), bare: undefined }), []],
    ],
  ],
  [
    'CORS',
    route.checkCors,
    (['preflight', 'foreign', 'signedIn'] as const).map((where) => {
      const reflected = answer(204, {
        headers: {
          'access-control-allow-origin': 'https://doctor.example',
          'access-control-allow-credentials': 'true',
        },
      });
      const seen =
        where === 'signedIn' ? { signedIn: { own: [], foreign: reflected } } : { [where]: reflected };
      return [
        `is reflected: ${where}`,
        visit(seen),
        [
          found(
            'reflected-cors',
            'https://doctor.example was answered with Access-Control-Allow-Origin: https://doctor.example and Access-Control-Allow-Credentials: true.',
          ),
        ],
      ];
    }),
  ],
  [
    'CORS, further',
    route.checkCors,
    [
      ['is not there', visit(), [good('No other site may read answers (CORS).')]],
      [
        'lets everybody read what has no cookie',
        visit({ preflight: answer(204, { headers: { 'access-control-allow-origin': '*' } }) }),
        [good('No other site may read answers (CORS).')],
      ],
      [
        'lets this origin read without cookies',
        visit({
          preflight: answer(204, { headers: { 'access-control-allow-origin': 'https://doctor.example' } }),
        }),
        [good('No other site may read answers (CORS).')],
      ],
      [
        'lets another origin read',
        visit({
          preflight: answer(204, {
            headers: {
              'access-control-allow-origin': 'https://app.example',
              'access-control-allow-credentials': 'true',
            },
          }),
        }),
        [good('No other site may read answers (CORS).')],
      ],
      ['was not asked for', visit({ preflight: silence, foreign: undefined }), []],
    ],
  ],
  [
    'plain http',
    route.checkPlainHttp,
    [
      ['is refused', visit(), [good('Nothing is given out over plain http.')]],
      ['is not served', visit({ plain: silence }), [good('Nothing is given out over plain http.')]],
      ['was not asked', visit({ plain: undefined }), []],
      [
        'gets to the sign-in',
        visit({ plain: unauthenticated }),
        [found('plain-http', 'POST over http:// was answered with 401 unauthenticated.')],
      ],
      [
        'gets a session',
        visit({ plain: session() }),
        [found('plain-http', 'POST over http:// was answered with 200 with a session.')],
      ],
    ],
  ],
  [
    'the latency of a refusal',
    route.checkLatency,
    [
      [
        'is that of the quickest over an open connection',
        visit({
          signedOut: [
            refusal(401, 'unauthenticated', { ms: 1 }),
            refusal(401, 'unauthenticated', { ms: 9 }),
            refusal(401, 'unauthenticated', { ms: 4.2 }),
          ],
        }),
        [good('A refusal takes 5 ms.')],
      ],
      ['is not known of one answer', first(unauthenticated), []],
    ],
  ],
  [
    'the user of the header',
    signedIn.checkSession,
    [
      [
        'was not named',
        visit(),
        [
          unchecked(
            'The signed-in answer',
            "needs --header 'Cookie: …' or 'Authorization: …' of a test user",
          ),
        ],
      ],
      [
        'could not be asked for',
        first(silence),
        [unchecked('The signed-in answer', 'the address cannot be reached')],
      ],
      ['got no answer', asUser(silence), []],
      [
        'gets a session',
        asUser(session({ ms: 12.1 })),
        [good('The signed-in user gets a session in 13 ms.')],
      ],
      [
        'is not signed in',
        asUser(unauthenticated),
        [found('not-signed-in', 'POST with your header was answered with 401 unauthenticated.')],
      ],
      ['meets what everybody meets', { ...asUser(answer(404)), signedOut: [answer(404)] }, []],
      [
        'is refused',
        asUser(refusal(409, 'no_customer')),
        [
          found(
            'refused',
            'POST with your header was answered with 409 no_customer.',
            'docs/problems.md#no_customer',
          ),
        ],
      ],
      [
        'gets something else',
        asUser(answer(200)),
        [found('not-a-session', 'POST with your header was answered with 200.')],
      ],
      ['meets something in front', asUser(answer(404)), [found('wrong-path', 'POST was answered with 404.')]],
    ],
  ],
  [
    'secrets',
    signedIn.checkFreshness,
    [
      ['were not asked for', visit(), [unchecked('A cache that answers for the route', 'needs --header')]],
      [
        'could not be asked for',
        first(silence),
        [unchecked('A cache that answers for the route', 'the address cannot be reached')],
      ],
      ['come once', asUser(session()), []],
      ['are new each time', asUser(session(), session()), [good('Each request gets a secret of its own.')]],
      [
        'are the same',
        asUser(session({ secret: 'a' }), session({ secret: 'a' })),
        [found('same-secret-twice', 'The route was asked twice.')],
      ],
    ],
  ],
  [
    'the clocks',
    signedIn.checkClock,
    [
      ['are not known signed out', visit(), []],
      ['agree', asUser(session()), [good('The clocks of this machine, the server and Stripe agree.')]],
      [
        'agree to a minute',
        {
          ...asUser(session({ lifeMs: 61 * 60_000 })),
          signedOut: [refusal(401, 'unauthenticated', { at: NOW + 60_000 })],
        },
        [good('The clocks of this machine, the server and Stripe agree.')],
      ],
      [
        'differ by a minute, ahead',
        first(refusal(401, 'unauthenticated', { at: NOW - 61_000 })),
        [found('clock', "The server's Date is 1 minute ahead of this machine's clock.")],
      ],
      [
        'differ by minutes, behind',
        first(refusal(401, 'unauthenticated', { at: NOW + 150_000 })),
        [found('clock', "The server's Date is 3 minutes behind of this machine's clock.")],
      ],
      ['are not told', first(refusal(401, 'unauthenticated', { headers: { date: undefined } })), []],
      [
        'say that the session has ended',
        asUser(session({ lifeMs: 0 })),
        [found('clock', "By this machine's clock the session ended 0 minutes ago.")],
      ],
      [
        'say that the session ended long ago',
        asUser(session({ lifeMs: -5 * 60_000 })),
        [found('clock', "By this machine's clock the session ended 5 minutes ago.")],
      ],
      [
        'say that the session lasts too long',
        asUser(session({ lifeMs: 62 * 60_000 })),
        [
          found(
            'clock',
            "By this machine's clock the session lasts 62 minutes; Stripe's last an hour at most.",
          ),
        ],
      ],
    ],
  ],
  [
    'the latency of a session',
    signedIn.checkSessionLatency,
    [
      ['is fine', asUser(session({ ms: 2_000 })), []],
      ['is that of the quicker', asUser(session({ ms: 9_000 }), session({ ms: 100 })), []],
      [
        'is slow',
        asUser(session({ ms: 9_000 }), session({ ms: 2_000.5 })),
        [found('slow', 'The faster of 2 took 2001 ms.')],
      ],
      ['is not that of a refusal', asUser(refusal(504, 'timeout', { ms: 9_000 })), []],
      ['is not known signed out', visit(), []],
    ],
  ],
  [
    'caches',
    checkCaching,
    [
      ['store nothing', visit(), [good('No cache stores the answers.')]],
      [
        'are not judged by answers of others',
        first(answer(200, { headers: { 'cache-control': 'public' } })),
        [],
      ],
      [
        'may store an answer',
        first(refusal(401, 'unauthenticated', { headers: { 'cache-control': 'private' } })),
        [found('cached-answer', 'Cache-Control of an answer has no no-store.')],
      ],
      [
        'may store an answer that says nothing',
        asUser(session({ headers: { 'cache-control': undefined } })),
        [found('cached-answer', 'Cache-Control of an answer has no no-store.')],
      ],
      [
        'have stored an answer',
        first(refusal(401, 'unauthenticated', { headers: { age: '7' } })),
        [found('cached-answer', 'An answer had an Age, which caches set.')],
      ],
      [
        'have just passed it on',
        first(refusal(401, 'unauthenticated', { headers: { age: '0' } })),
        [good('No cache stores the answers.')],
      ],
      ...['x-cache', 'x-cache-status', 'cf-cache-status', 'x-proxy-cache', 'cache-status'].map(
        (name): [string, Visit, Outcome[]] => [
          `tell of a hit by ${name}`,
          first(refusal(401, 'unauthenticated', { headers: { [name]: 'a Hit; b' } })),
          [found('cached-answer', `An answer had ${name} with "hit".`)],
        ],
      ),
      [
        'tell of a miss',
        first(refusal(401, 'unauthenticated', { headers: { 'x-cache': 'MISS, white' } })),
        [good('No cache stores the answers.')],
      ],
    ],
  ],
  [
    'the site',
    checkHsts,
    [
      [
        'asks for https',
        first(refusal(401, 'unauthenticated', { headers: { 'strict-transport-security': 'max-age=1' } })),
        [good('The site sends Strict-Transport-Security.')],
      ],
      ['does not ask for https', visit(), [found('no-hsts', 'The answer had no such header.')]],
      ['need not on this machine', visit({ url: new URL('https://localhost/') }), []],
      ['need not on http', visit({ url: new URL('http://shop.example/') }), []],
      ['said nothing', first(silence), []],
    ],
  ],
])('%s', (_subject, check, rows) => {
  it.each(rows)('%s', (_what, seen, outcomes) => {
    expect(check(seen)).toEqual(outcomes);
  });
});

describe('the security headers', () => {
  const headers = {
    vary: '*',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  };
  const withHeaders = (given: object) => first(refusal(401, 'unauthenticated', { headers: { ...given } }));

  it('arrive as they were set', () => {
    expect(checkSecurityHeaders(withHeaders(headers))).toEqual([
      good('The security headers arrive as they were set.'),
    ]);
    expect(checkSecurityHeaders(first(answer(404)))).toEqual([]);
  });

  it.each(Object.keys(headers))('or %s was changed, or taken away', (name) => {
    for (const value of [undefined, 'other']) {
      expect(checkSecurityHeaders(withHeaders({ ...headers, [name]: value }))).toEqual([
        found('headers-changed', `Not as set: ${name}.`),
      ]);
    }
  });

  it('are named together', () => {
    expect(
      checkSecurityHeaders(withHeaders({ ...headers, vary: 'Origin', 'referrer-policy': 'origin' })),
    ).toEqual([found('headers-changed', 'Not as set: vary, referrer-policy.')]);
  });
});
