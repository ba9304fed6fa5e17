import assert from 'node:assert/strict';
import { it } from 'node:test';
import { send } from '../support/browser.js';
import { testSignIn } from '../support/sign-in-suite.js';
import { users } from '../support/users.js';
import { createApp, issuer, SPA } from './app.js';
import { close, signIn } from './sign-in.js';

const [ada] = users;
assert.ok(ada);

const FROM_SPA = {
  origin: SPA,
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
};

testSignIn('express-oauth2-jwt-bearer', { createApp, signIn, close }, (host) => {
  for (const [what, claims] of [
    ['an expired token', { lifetime: '-1h' }],
    ["another API's token", { audience: 'https://other.example' }],
  ] as const) {
    it(`H5: answers 401 problem+json to ${what}`, async () => {
      const authorization = `Bearer ${await issuer.issueToken(ada.id, claims)}`;
      const { status, body } = await host.ask({ authorization });
      assert.deepEqual([status, body.code], [401, 'unauthenticated']);
    });
  }

  it('H4: answers the page at the other origin, its preflight first', async () => {
    const { origin, ca } = host.served;
    const preflight = await send(
      `${origin}/customer-session`,
      {
        method: 'OPTIONS',
        headers: {
          origin: SPA,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      },
      ca,
    );
    preflight.resume();
    assert.equal(preflight.statusCode, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], SPA);
    assert.equal(preflight.headers['access-control-allow-headers'], 'authorization');

    const signedIn = await host.ask({ ...FROM_SPA, ...(await host.signIn(ada)) });
    const signedOut = await host.ask(FROM_SPA);
    assert.deepEqual([signedIn.status, signedOut.status], [200, 401]);
    for (const { headers } of [signedIn, signedOut]) {
      assert.equal(headers['access-control-allow-origin'], SPA);
      assert.equal(headers['access-control-allow-credentials'], undefined);
    }
  });

  it('H4: refuses every other origin, a prefix of it and plain http among them', async () => {
    const credentials = await host.signIn(ada);
    for (const origin of ['https://evil.example', `${SPA}.evil.example`, 'http://app.shop.example', 'null']) {
      const { status, headers, body } = await host.ask({ ...FROM_SPA, ...credentials, origin });
      assert.equal(status, 403);
      assert.match(String(body.code), /^(cross_origin|tls_required)$/);
      assert.notEqual(headers['access-control-allow-origin'], origin);
    }
  });
});
