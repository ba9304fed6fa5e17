import type { SignInExample } from '../support/example.js';

export const signIn: SignInExample['signIn'] = async ({ email, password }, browser) => {
  await browser.open(`${browser.origin}/login`, { method: 'POST', body: { email, password } });
  return { cookie: browser.cookies(browser.origin) };
};
