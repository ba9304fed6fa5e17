import type { SignInExample } from '../support/example.js';

export const signIn: SignInExample['signIn'] = async ({ email, password }, browser) => {
  await browser.open(`${browser.origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: browser.origin },
    body: { email, password },
  });
  return { cookie: browser.cookies(browser.origin) };
};
