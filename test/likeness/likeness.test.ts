import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type StripeEmulator,
  type StripeEmulatorOptions,
  startStripeEmulator,
} from '../../src/testing/index.js';
import { startEmulate } from '../support/emulate.js';
import { BEHAVIOURS } from './behaviours.js';
import { type Comparison, compare } from './compare.js';

async function compareEmulator(
  options: StripeEmulatorOptions = {},
  prepare: (emulator: StripeEmulator) => void = () => undefined,
): Promise<Comparison> {
  const emulator = await startStripeEmulator(options);
  prepare(emulator);
  const { url, secretKey } = emulator;
  const comparison = await compare({ name: 'our emulator', url, secretKey });
  await emulator.close();
  return comparison;
}

function namesOf({ findings }: Comparison, isSame: boolean): string[] {
  return findings.filter((finding) => finding.isSame === isSame).map(({ does }) => does);
}

describe('our emulator', () => {
  let comparison: Comparison;
  beforeAll(async () => {
    comparison = await compareEmulator();
  });

  it.each(BEHAVIOURS.map(({ subject, does }, row) => [subject, does, row] as const))(
    '%s: %s',
    (_subject, _does, row) => {
      const { observed, stripe } = comparison.findings[row] ?? {};
      expect(observed).toEqual(stripe);
    },
  );

  it('keeps nothing of what was created', () => {
    expect(comparison.left).toEqual([]);
  });
});

describe('emulate 0.12.2', () => {
  // The table of what it does otherwise is printed by `npm run test:stripe`.
  it('does these as Stripe, and no other', async () => {
    const emulate = await startEmulate([]);
    const { host, port } = emulate.stripeConfig;
    const target = { name: 'emulate', url: `http://${host}:${port}`, secretKey: 'sk_test_emulate' };
    const comparison = await compare(target);
    await emulate.close();
    expect(namesOf(comparison, true)).toEqual([
      'a session names its customer and has a secret for 30 minutes',
      'two sessions of a customer have two secrets',
      'a customer that there never was is missing',
      'a deleted customer is missing',
      'a customer is required',
      'save without a usage is left to Stripe.js',
      'a customer is created with what was said of it',
    ]);
  });
});

describe('the comparison', () => {
  it('sees one thing that is otherwise', async () => {
    const comparison = await compareEmulator({ sessionLifetimeMs: 60_000 });
    expect(namesOf(comparison, false)).toEqual([
      'a session names its customer and has a secret for 30 minutes',
    ]);
  });

  it('sees a target that fails, and what it could not delete there', async () => {
    const comparison = await compareEmulator({}, (emulator) => {
      emulator.setFault('DELETE /v1/customers/{customer}', { status: 500 });
      emulator.setFault('POST /v1/customer_sessions', { reset: 'before' });
    });
    const sessions = comparison.findings.filter(({ subject }) => subject === 'customer sessions');
    expect(sessions.every(({ observed }) => String(observed).startsWith('failed: '))).toBe(true);
    expect(comparison.left.length).toBeGreaterThan(10);
  });
});

describe('npm run test:stripe', () => {
  async function run(env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'run.ts')], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, err };
  }

  it('refuses a live key before it asks anybody, and keeps it to itself', async () => {
    const { code, out, err } = await run({ STRIPE_SECRET_KEY: 'sk_live_canary0123456789' });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('no test key');
    expect(err).not.toMatch(/canary|Asking/);
  });

  it('asks what STRIPE_API_BASE names, and says what it could not ask', async () => {
    const emulator = await startStripeEmulator();
    const base = { STRIPE_API_BASE: `${emulator.url}/`, STRIPE_API_BASE_KEY: emulator.secretKey };
    const { code, out } = await run(base);
    await emulator.close();
    expect(code).toBe(0);
    const count = `${BEHAVIOURS.length} of ${BEHAVIOURS.length}`;
    expect(out).toMatch(
      new RegExp(`\\| as Stripe +\\| ${count} +\\| 7 of ${BEHAVIOURS.length} +\\| ${count} `),
    );
    expect(out).toContain('What emulate 0.12.2 does otherwise');
    expect(out).toContain('- Stripe: it takes a test key in STRIPE_SECRET_KEY.');
    expect([...emulator.customers.values()].every(({ deleted }) => deleted)).toBe(true);
  });
});
