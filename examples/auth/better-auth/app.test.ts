import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openBrowser } from '../support/browser.js';
import { testSignIn } from '../support/sign-in-suite.js';
import { createApp } from './app.js';
import { signIn } from './sign-in.js';

testSignIn('better-auth', { createApp, signIn }, (host) => {
  it('H6: lets nobody choose his customer when he signs up', async () => {
    const browser = openBrowser(host.served.origin, host.served.ca);
    const eve = { name: 'Eve', email: 'eve@shop.example', password: 'hunter2-hunter2' };
    const signUp = (body: Record<string, string>) =>
      browser.open(`${browser.origin}/api/auth/sign-up/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: browser.origin },
        body,
      });
    const refused = await signUp({ ...eve, stripeCustomerId: 'cus_Ada' });
    assert.equal(refused.status, 400, refused.text);
    assert.equal((await signUp(eve)).status, 200);
    const { status, body } = await host.ask({ cookie: browser.cookies(browser.origin) });
    assert.deepEqual([status, body.code], [409, 'no_customer']);
  });
});
