// `npm run matrix`: installs the packed tarball beside every supported major of stripe-node, Express and the rest, and
// uses it there. It takes some minutes and the npm registry, so `npm test` runs only the newest of each. What is proved
// here is what `peerDependencies` and `engines` may promise. `npm run matrix -- '^node|stripe 23'` runs some of its rows.
import path from 'node:path';
import {
  installConsumer,
  makeFolder,
  mustRun,
  nodeOf,
  type Outcome,
  pack,
  ROOT,
  run,
} from '../test/package/support/consumer.js';
import { checkTypes, TYPE_CHECKS } from '../test/package/support/type-check.js';

const OLDEST_STRIPE = 16;
const EXPRESSES = [
  { express: '4.18.0', '@types/express': '4.17.17' },
  { express: '^4', '@types/express': '^4' },
  { express: '5.0.0', '@types/express': '5.0.0' },
  { express: '^5', '@types/express': '^5' },
];
const FRONT_ENDS = [
  frontEnd('18.0.0', '3.0.0', '5.0.0'),
  frontEnd('^19', '4.0.1', '^7'),
  frontEnd('^19', '^5', '^8'),
  frontEnd('^19', '^6', '^9'),
  frontEnd('^18', '^7', '^10'),
  frontEnd('^19', '^7', '^10'),
];
// What stripe-node 22.0.0 declares to projects in CommonJS is no class: no such project can name its client's type.
const CANNOT_BE_USED = { stripe: '22.0.0', check: 'nodenext, CommonJS' };
const COMPILERS = ['5.0', '5.4', '5.9', '6'];
const NODES = ['20.19.0', '20', '22', '24', '26'];
const SERVER = { ...EXPRESSES.at(-1), stripe: 'latest', '@types/node': '^20', typescript: '~5.9' };
const FRONT_END = { ...FRONT_ENDS.at(-1) };
const NODE = process.execPath;
const ONLY = new RegExp(process.argv[2] ?? '');

const { folder, remove } = makeFolder();
let projects = 0;
let failures = 0;

async function main(): Promise<void> {
  const { tarball } = await pack(folder);
  const install = (dependencies: Record<string, string>) => {
    projects += 1;
    return installConsumer(path.join(folder, String(projects)), tarball, dependencies);
  };
  await stripeByExpress(install);
  await frontEnds(install);
  await compilers(install);
  await nodes(install);
  remove();
  say(failures === 0 ? 'All of it holds.' : `${failures} do not hold.`);
  process.exitCode = failures === 0 ? 0 : 1;
}

function frontEnd(react: string, reactStripe: string, stripeJs: string): Record<string, string> {
  const types = react.startsWith('^19') ? '^19' : '^18';
  return {
    react,
    'react-dom': react,
    '@types/react': types,
    '@stripe/react-stripe-js': reactStripe,
    '@stripe/stripe-js': stripeJs,
  };
}

type Install = (dependencies: Record<string, string>) => Promise<string>;

// The first and the last release of each major of stripe-node, the oldest and the newest of each major of Express.
async function stripeByExpress(install: Install): Promise<void> {
  for (const stripe of await stripeReleases()) {
    for (const express of EXPRESSES) {
      await row(`stripe ${stripe}, express ${express.express}`, async () => {
        const project = await install({ ...SERVER, ...express, stripe });
        const types = TYPE_CHECKS.filter(
          ({ files, name }) =>
            !('checkout.tsx' in files) &&
            !(stripe === CANNOT_BE_USED.stripe && name === CANNOT_BE_USED.check),
        );
        return {
          sessions: await run(NODE, ['session.cjs'], project),
          ...(await typesOf(project, types)),
        };
      });
    }
  }
}

async function frontEnds(install: Install): Promise<void> {
  const vite = path.join(ROOT, 'node_modules/vite/dist/node/index.js');
  for (const libraries of FRONT_ENDS) {
    await row(
      Object.entries(libraries)
        .map((entry) => entry.join(' '))
        .join(', '),
      async () => {
        const project = await install({ ...SERVER, ...libraries });
        return {
          doors: await run(NODE, ['doors.mjs'], project),
          bundle: await run(NODE, ['bundle.mjs', vite, path.join(project, 'checkout.tsx')], project),
          ...(await typesOf(
            project,
            TYPE_CHECKS.filter(({ name }) => /^bundler|^node10,/.test(name)),
          )),
        };
      },
    );
  }
}

async function compilers(install: Install): Promise<void> {
  for (const typescript of COMPILERS) {
    await row(`typescript ${typescript}`, async () => {
      const project = await install({ ...SERVER, ...FRONT_END, typescript: `~${typescript}` });
      const checks = TYPE_CHECKS.filter(({ name }) => typescript < '6' || !name.startsWith('node10'));
      return typesOf(
        project,
        checks.map((check) => ({ ...check, oldCompiler: true })),
      );
    });
  }
}

// Every release line of Node.js ships as the npm package node@N.
async function nodes(install: Install): Promise<void> {
  const project = await install({ ...SERVER, ...FRONT_END });
  for (const line of NODES) {
    await row(`node ${line}`, async () => {
      const node = await nodeOf(line, folder);
      return {
        sessions: await run(node, ['session.cjs'], project),
        'doors by require': await run(node, ['doors.cjs'], project),
        'doors by import': await run(node, ['doors.mjs'], project),
      };
    });
  }
}

async function typesOf(project: string, checks: typeof TYPE_CHECKS): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  for (const check of checks) {
    const strict = await checkTypes(project, check);
    outcomes[`types (${check.name})`] =
      strict.code === 0 ? strict : await withoutLibraries(project, check, strict);
  }
  return outcomes;
}

// Some releases of other libraries do not compile by themselves. That is not this package's to answer for, unless one
// of the errors is in its declarations.
async function withoutLibraries(
  project: string,
  check: (typeof TYPE_CHECKS)[number],
  strict: Outcome,
): Promise<Outcome> {
  if (strict.output.includes('node_modules/express-stripe-customer-session/')) return strict;
  const compilerOptions = { ...check.compilerOptions, skipLibCheck: true };
  const { code, output } = await checkTypes(project, { ...check, compilerOptions });
  return { code, output: code === 0 ? 'skipLibCheck' : output };
}

async function row(name: string, work: () => Promise<Record<string, Outcome>>): Promise<void> {
  if (!ONLY.test(name)) return;
  const outcomes = await work().catch((error: unknown) => ({ install: { code: 1, output: String(error) } }));
  const failed = Object.entries(outcomes).filter(([, { code }]) => code !== 0);
  const lenient = Object.entries(outcomes).filter(([, { output }]) => output === 'skipLibCheck');
  const note =
    lenient.length > 0 ? `, with skipLibCheck for ${lenient.map(([check]) => check).join(', ')}` : '';
  say(`${failed.length === 0 ? 'ok    ' : 'FAILED'}  ${name}: ${Object.keys(outcomes).join('; ')}${note}`);
  for (const [check, { output }] of failed) say(`\n${check}:\n${output.slice(0, 3_000)}\n`);
  failures += failed.length;
}

async function stripeReleases(): Promise<string[]> {
  const versions = JSON.parse(
    await mustRun('npm', ['view', 'stripe', 'versions', '--json'], folder),
  ) as string[];
  const released = versions.filter((version) => !version.includes('-'));
  const newest = Number(released.at(-1)?.split('.')[0]);
  return Array.from({ length: newest - OLDEST_STRIPE + 1 }, (_, index) => {
    const major = released.filter((version) => version.startsWith(`${OLDEST_STRIPE + index}.`));
    return [major.at(0), major.at(-1)].filter((version) => version !== undefined);
  }).flat();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
