import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { browserHeaders } from 'express-stripe-customer-session/testing';
import { openBrowser, send } from './browser.js';
import type { SignInExample } from './example.js';
import { type Served, serve } from './serve.js';
import { type User, users } from './users.js';

const REQUESTS = 20;

type Headers = Readonly<Record<string, string>>;

/** A running example, for the tests that one library needs besides those of all. */
export interface SuiteHost {
  readonly served: Served;
  /** Signs the user in. @returns the credentials of his browser */
  signIn(user: User): Promise<Headers>;
  /** Asks for a session as a page of `from` does. */
  ask(credentials: Headers, from?: string): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Readonly<Record<string, unknown>>;
}

/** What has to hold whatever signs the users in. `more` adds a library's own tests. */
export function testSignIn(name: string, example: SignInExample, more?: (host: SuiteHost) => void): void {
  describe(name, () => {
    let served: Served;
    before(async () => {
      served = await serve(example);
    });
    after(() => served.close());

    const host: SuiteHost = {
      get served() {
        return served;
      },
      signIn: (user) => example.signIn(user, openBrowser(served.origin, served.ca)),
      ask: (credentials, from = served.origin) => ask(served, { ...browserHeaders(from), ...credentials }),
    };

    it('H5: answers 401 problem+json and no redirect to a browser that is signed out', async () => {
      for (const accept of ['application/json', 'text/html', '*/*']) {
        expectUnauthenticated(await host.ask({ accept }));
      }
    });

    it('H5: answers 401 problem+json to credentials that are not valid', async () => {
      const [user] = users;
      assert.ok(user);
      const credentials = await host.signIn(user);
      assert.equal((await host.ask(credentials)).status, 200);
      for (const [header, value] of Object.entries(credentials)) {
        expectUnauthenticated(await host.ask({ [header]: spoil(value) }));
      }
    });

    it('H12: gives each of two users a session of his own customer in 20 concurrent requests', async () => {
      const credentials = await Promise.all(users.map((user) => host.signIn(user)));
      const answers = await Promise.all(
        Array.from({ length: REQUESTS }, (_, index) => host.ask(credentials[index % users.length] ?? {})),
      );
      const got = answers.map(({ status, body }) => ({ status, customer: customerOf(served, body) }));
      const due = answers.map((_, index) => ({
        status: 200,
        customer: users[index % users.length]?.stripeCustomerId,
      }));
      assert.deepEqual(got, due);
      assert.equal(new Set(answers.map(({ body }) => body.client_secret)).size, REQUESTS);
    });

    it("H4: refuses another site's page that has the user's credentials", async () => {
      const [user] = users;
      assert.ok(user);
      const answer = await host.ask({ ...(await host.signIn(user)), 'sec-fetch-site': 'cross-site' });
      assert.deepEqual([answer.status, answer.body.code], [403, 'cross_origin']);
    });

    more?.(host);
  });
}

async function ask({ origin, ca }: Served, headers: Headers): Promise<Answer> {
  const answer = await send(`${origin}/customer-session`, { method: 'POST', headers }, ca);
  const { statusCode = 0, headers: answered } = answer;
  return { status: statusCode, headers: answered, body: (await json(answer)) as Answer['body'] };
}

function expectUnauthenticated({ status, headers, body }: Answer): void {
  assert.deepEqual(
    { status, type: headers['content-type'], location: headers.location, code: body.code },
    { status: 401, type: 'application/problem+json', location: undefined, code: 'unauthenticated' },
  );
}

/** Whose session this is, by what the emulator made. */
function customerOf({ emulator }: Served, body: Answer['body']): string | undefined {
  return emulator.sessions.find(({ clientSecret }) => clientSecret === body.client_secret)?.customer;
}

/** The same header with other letters in its values: well-formed, and nobody's. */
function spoil(header: string): string {
  return header.replace(/(?<=[=.])[\w%-]{16,}/g, (value) =>
    value.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase())),
  );
}
