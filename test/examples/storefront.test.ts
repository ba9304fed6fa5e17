import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import Stripe from 'stripe';
import { startStripeEmulator } from '../../src/testing/index.js';
import { expectProblem } from '../support/call.js';
import { until } from '../support/until.js';
import { Shopper } from './support/shopper.js';
import { failToStart, type Storefront, startStorefront } from './support/storefront.js';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const itWithCurl = hasCurl || process.env.CI === 'true' ? it : it.skip;

let folder: string;
const started: Storefront[] = [];
const shoppers: Shopper[] = [];

async function start(data: string, npm = false): Promise<Storefront> {
  const storefront = await startStorefront({ data: path.join(folder, data), npm });
  started.push(storefront);
  return storefront;
}

async function signedIn(storefront: Storefront, user?: string): Promise<Shopper> {
  const shopper = new Shopper(storefront.url);
  shoppers.push(shopper);
  if (user !== undefined) expect((await shopper.signIn(user)).status).toBe(200);
  return shopper;
}

/** What the emulator behind the storefront knows of bob. */
async function customersOfBob({ emulatorUrl }: Storefront): Promise<string[]> {
  const { hostname: host, port } = new URL(emulatorUrl);
  // Any emulator takes the same key unless it is told otherwise.
  const other = await startStripeEmulator();
  await other.close();
  const stripe = new Stripe(other.secretKey, { host, port, protocol: 'http' });
  const { data: customers } = await stripe.customers.list({ email: 'bob@example.com' });
  return customers.map(({ id }) => id);
}

function certificateOf({ port }: Storefront): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'storefront-'));
});
afterEach(() => {
  for (const shopper of shoppers.splice(0)) shopper.leave();
});
afterAll(() => {
  for (const storefront of started) storefront.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('examples/storefront', () => {
  let storefront: Storefront;
  beforeAll(async () => {
    storefront = await start('data');
  }, 120_000);
  afterAll(async () => {
    storefront.signal('SIGTERM');
    await storefront.ended;
  });

  itWithCurl('prints commands that do what it says when they are pasted (needs curl)', async () => {
    const [own = '', other = '', ...more] = storefront.curlLines;
    expect(more).toEqual([]);
    const paste = async (line: string) => (await run('sh', ['-c', line], { cwd: folder })).stdout;

    const answers = (await paste(own)).replace('}{', '}\n{').split('\n');
    const session = JSON.parse(answers.at(-1) ?? '');
    expect(Object.keys(session)).toEqual(['client_secret', 'expires_at']);
    expect(session.client_secret).toMatch(/^cuss_secret_/);
    expect(JSON.parse(await paste(other))).toMatchObject({ status: 403, code: 'cross_origin' });

    const forDora = await paste(own.replace('user=ada', 'user=dora'));
    expect(JSON.parse(forDora.slice(forDora.lastIndexOf('{')))).toMatchObject({
      status: 409,
      code: 'no_customer',
    });
  });

  it('gives ada a session, with exactly the two members', async () => {
    const ada = await signedIn(storefront, 'ada');
    const { status, json } = await ada.askForSession();
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['client_secret', 'expires_at']);
  });

  it('refuses dora, whose customer was deleted, and whoever is signed out', async () => {
    expectProblem(await (await signedIn(storefront, 'dora')).askForSession(), 409, 'no_customer');
    expectProblem(await (await signedIn(storefront)).askForSession(), 401, 'unauthenticated');
    const guest = await signedIn(storefront, 'ada');
    await guest.signIn('guest');
    expectProblem(await guest.askForSession(), 401, 'unauthenticated');
  });

  it('signs in as ada who comes to its page first, and nobody else', async () => {
    const visitor = await signedIn(storefront);
    expectProblem(await visitor.askForSession(), 401, 'unauthenticated');
    await visitor.get('/');
    expect((await visitor.askForSession()).status).toBe(200);
    await visitor.signIn('guest');
    await visitor.get('/');
    expectProblem(await visitor.askForSession(), 401, 'unauthenticated');
  });

  it('refuses another site that has ada’s cookie', async () => {
    const ada = await signedIn(storefront, 'ada');
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expectProblem(await ada.askForSession(headers), 403, 'cross_origin');
  });

  it.each([
    [{ STRIPE_SECRET_KEY: 'sk_test_1234' }, 'STRIPE_PUBLISHABLE_KEY is missing'],
    [{ STRIPE_PUBLISHABLE_KEY: 'pk_test_1234' }, 'STRIPE_SECRET_KEY is missing'],
    [
      { STRIPE_SECRET_KEY: 'sk_live_1234', STRIPE_PUBLISHABLE_KEY: 'pk_test_1234' },
      'STRIPE_SECRET_KEY is no key',
    ],
    [
      { STRIPE_SECRET_KEY: 'sk_test_1234', STRIPE_PUBLISHABLE_KEY: 'pk_live_1234' },
      'STRIPE_PUBLISHABLE_KEY is no',
    ],
  ])(
    'names the key of Stripe that is missing or of live mode, never its text, and ends',
    async (env, message) => {
      const { code, output } = await failToStart({ data: path.join(folder, 'other'), env });
      expect(code).toBe(1);
      expect(output).toMatch(message);
      expect(output).not.toMatch('1234');
    },
  );

  it('with both keys asks Stripe itself, and says why that failed, never a key', async () => {
    const { code, output } = await failToStart({
      data: path.join(folder, 'other'),
      env: {
        STRIPE_SECRET_KEY: 'sk_test_1234',
        STRIPE_PUBLISHABLE_KEY: 'pk_test_1234',
        NODE_OPTIONS: `--require ${path.join(__dirname, 'support', 'no-stripe.cjs')}`,
      },
    });
    expect(code).toBe(1);
    expect(output).toMatch(
      'The first call to Stripe failed: stripe_unavailable (ENOTFOUND). Look at the network',
    );
    expect(output).not.toMatch('1234');
  });

  it('says which port is taken, or is none, and ends', async () => {
    const taken = await failToStart({ data: path.join(folder, 'other'), port: storefront.port });
    expect(taken.code).toBe(1);
    expect(taken.output).toMatch(`Port ${storefront.port} is taken. Choose another: PORT=`);
    const none = await failToStart({ data: path.join(folder, 'other'), port: 'http' });
    expect(none.code).toBe(1);
    expect(none.output).toMatch('PORT is "http". Use a whole number from 1 to 65535.');
  });

  it('makes bob a customer once, and keeps him, its page and its certificate when it stops and starts again', async () => {
    expect(await customersOfBob(storefront)).toEqual([]);
    const bob = await signedIn(storefront, 'bob');
    expect((await bob.askForSession()).status).toBe(200);
    const before = await customersOfBob(storefront);
    expect(before).toHaveLength(1);
    expect((await bob.askForSession()).status).toBe(200);
    expect(await customersOfBob(storefront)).toEqual(before);
    const certificate = await certificateOf(storefront);
    expect(storefront.output()).toContain('Making an embedded Postgres');
    storefront.signal('SIGTERM');
    expect(await storefront.ended).toBe(0);
    storefront = await start('data');
    expect(storefront.output()).toMatch(/^Opening the embedded Postgres in .* …$/m);
    expect(storefront.output()).not.toContain('Building the page');
    expect(await certificateOf(storefront)).toBe(certificate);
    expect(await customersOfBob(storefront)).toEqual(before);
    expect((await (await signedIn(storefront, 'bob')).askForSession()).status).toBe(200);
    expect(await customersOfBob(storefront)).toEqual(before);
  });
});

describe('examples/storefront, told to stop', () => {
  it.each([
    ['SIGTERM', false, undefined],
    ['SIGINT', false, undefined],
    // Ctrl-C in a terminal reaches npm, its shell and the server alike.
    ['SIGINT', true, 'group'],
    // What a process manager that started npm does.
    ['SIGTERM', true, undefined],
  ] as const)(
    'finishes the request under way at %s (by npm: %s, to: %s), and ends',
    async (signal, npm, to) => {
      const storefront = await start('stopped', npm);
      const slow = await signedIn(storefront);
      const signIn = await slow.halfASignIn('ada');
      storefront.signal(signal, to);
      await until(() => storefront.output().includes('Stopping'));

      const late = await signedIn(storefront);
      await expect(late.askForSession()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      const { status, json } = await signIn.finish();
      expect(status).toBe(200);
      expect(json).toMatchObject({ user: { id: 'ada' } });
      const code = await storefront.ended;
      if (!npm) expect(code).toBe(0);
      expect(storefront.output()).not.toMatch(/Error|ELIFECYCLE/);
    },
  );
});
