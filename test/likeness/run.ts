import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startStripeEmulator } from '../../src/testing/index.js';
import { startEmulate } from '../support/emulate.js';
import { BEHAVIOURS } from './behaviours.js';
import { type Comparison, compare } from './compare.js';
import { type NotRun, report } from './report.js';
import type { Target } from './target.js';

// `npm run test:stripe`: what Stripe does, asked of whatever stands in for it, and of Stripe itself with a test key.
//   STRIPE_SECRET_KEY=sk_test_…   asks Stripe
//   STRIPE_API_BASE=http://…      asks this as well, with STRIPE_API_BASE_KEY (sk_test_123 without it)
//   --write                       keeps the report in docs/likeness.md
const PAGE = path.join(__dirname, '../../docs/likeness.md');
const { STRIPE_SECRET_KEY: key = '', STRIPE_API_BASE: base = '', STRIPE_API_BASE_KEY: baseKey } = process.env;

async function main(): Promise<number> {
  if (key !== '' && !/^(sk|rk)_test_/.test(key)) {
    console.error(
      'STRIPE_SECRET_KEY is no test key. This creates and deletes customers: use one that begins sk_test_.',
    );
    return 2;
  }
  const comparisons: Comparison[] = [];
  const notRun: NotRun[] = [];
  console.error(`Asks for ${BEHAVIOURS.length} things that Stripe does.`);
  comparisons.push(await ofEmulator());
  try {
    comparisons.push(await ofEmulate());
  } catch (error) {
    notRun.push({ target: 'emulate 0.12.2', why: String(error) });
  }
  if (base === '') {
    const why =
      'it is no npm package, and not installed here; start it and give its address in STRIPE_API_BASE';
    notRun.push({ target: "Stripe's stripe-mock", why });
  } else {
    comparisons.push(
      await ask({ name: base, url: base.replace(/\/$/, ''), secretKey: baseKey ?? 'sk_test_123' }),
    );
  }
  if (key === '') notRun.push({ target: 'Stripe', why: 'it takes a test key in STRIPE_SECRET_KEY' });
  else comparisons.push(await ofStripe());
  const text = report(comparisons, notRun);
  console.log(text);
  if (process.argv.includes('--write')) writeFileSync(PAGE, pageOf(text));
  // Ours must be like Stripe, and Stripe must be as we say; what others do is theirs.
  const decisive = comparisons.filter(({ target }) => target === 'our emulator' || target === 'Stripe');
  return decisive.every(({ findings, left }) => left.length === 0 && findings.every(({ isSame }) => isSame))
    ? 0
    : 1;
}

function pageOf(text: string): string {
  return `# What behaves like Stripe

For who tests against a stand-in for Stripe: what of Stripe's API it does as Stripe does. Written by
\`npm run test:stripe -- --write\` on ${new Date().toISOString().slice(0, 10)}. What Stripe does is taken from its documents unless
Stripe itself is a column.

${text}`;
}

async function ofEmulator(): Promise<Comparison> {
  const emulator = await startStripeEmulator();
  const { url, secretKey } = emulator;
  const comparison = await ask({ name: 'our emulator', url, secretKey });
  await emulator.close();
  return comparison;
}

async function ofEmulate(): Promise<Comparison> {
  const emulate = await startEmulate([]);
  const { host, port } = emulate.stripeConfig;
  const target = { name: 'emulate 0.12.2', url: `http://${host}:${port}`, secretKey: 'sk_test_emulate' };
  const comparison = await ask(target);
  await emulate.close();
  return comparison;
}

function ofStripe(): Promise<Comparison> {
  console.error(
    `Creates some ${BEHAVIOURS.length * 2} customers and ${BEHAVIOURS.length} customer sessions in the test account of ` +
      `STRIPE_SECRET_KEY (…${key.slice(-4)}). The customers are deleted at the end; sessions end by themselves in 30 minutes.`,
  );
  return ask({ name: 'Stripe', url: 'https://api.stripe.com', secretKey: key });
}

function ask(target: Target): Promise<Comparison> {
  console.error(`Asking ${target.name} …`);
  return compare(target);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
