import type { SignInExample } from '../support/example.js';
import { issuer } from './app.js';

export const signIn: SignInExample['signIn'] = async ({ email, password }, browser) => {
  const page = await browser.open(`${browser.origin}/login`);
  await browser.open(page.url, { method: 'POST', body: { email, password } });
  return { cookie: browser.cookies(browser.origin) };
};

export const close = () => issuer.close();
