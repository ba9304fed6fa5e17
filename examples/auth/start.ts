import { openBrowser } from './support/browser.js';
import type { SignInExample } from './support/example.js';
import { serve } from './support/serve.js';
import { users } from './support/users.js';

const PORT = 4243;
const [library = 'passport'] = process.argv.slice(2);

// Each example is a program of its own: the libraries declare `req.user` and `req.auth` in ways that exclude each other.
const { createApp }: Pick<SignInExample, 'createApp'> = await import(`./${library}/app.js`);
const { signIn }: Pick<SignInExample, 'signIn'> = await import(`./${library}/sign-in.js`);

const { origin, ca } = await serve({ createApp, signIn }, PORT);
console.log(`${library}: ${origin}, with an emulator in place of Stripe. A session of each user:`);
for (const user of users) {
  const headers = { origin, ...(await signIn(user, openBrowser(origin, ca))) };
  const flags = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`);
  console.log(`\ncurl -k -X POST ${origin}/customer-session ${flags.join(' ')}`);
}
console.log('\nWithout the last header the answer is 401.');
