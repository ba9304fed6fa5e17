import type { SignInExample } from '../support/example.js';
import { instance } from './app.js';

/** With a token in the page, as a front end at another origin or a native app. */
export const signIn: SignInExample['signIn'] = async ({ id }, { origin }) => ({
  authorization: `Bearer ${await instance.issueToken(id, origin)}`,
});

/** With the cookies that clerk-js keeps for pages of the app's own origin. */
export const signInByCookie: SignInExample['signIn'] = async ({ id }, { origin }) => {
  const since = Math.floor(Date.now() / 1000) - 60;
  return { cookie: `__session=${await instance.issueToken(id, origin)}; __client_uat=${since}` };
};
