import type { SignInExample } from '../support/example.js';

export const signIn: SignInExample['signIn'] = async ({ email, password }, browser) => {
  const { text } = await browser.open(`${browser.origin}/auth/csrf`);
  const { csrfToken } = JSON.parse(text) as { csrfToken: string };
  await browser.open(`${browser.origin}/auth/callback/credentials`, {
    method: 'POST',
    body: { email, password, csrfToken },
  });
  return { cookie: browser.cookies(browser.origin) };
};
