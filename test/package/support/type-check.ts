import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Outcome, ROOT, run } from './consumer.js';

/** How a project's compiler is set up. */
export interface TypeCheck {
  readonly name: string;
  /** The project's fixtures to compile, under the names that they get. */
  readonly files: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  /** Whether it takes the last compiler that knows the way Node 10 found modules, which the project has installed. */
  readonly oldCompiler?: boolean;
}

const SERVER = { 'server-types.ts': 'server.ts' };
const BROWSER = { 'checkout.tsx': 'checkout.tsx' };
const BOTH = { ...SERVER, ...BROWSER };
const DOM = { lib: ['es2022', 'dom', 'dom.iterable'], jsx: 'react-jsx' };

export const TYPE_CHECKS: readonly TypeCheck[] = [
  { name: 'nodenext, CommonJS', files: SERVER, compilerOptions: { module: 'nodenext' } },
  {
    name: 'nodenext, ES modules, every strictness',
    files: { 'server-types.ts': 'server.mts' },
    compilerOptions: { module: 'nodenext', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  },
  {
    name: 'bundler',
    files: BOTH,
    compilerOptions: { module: 'esnext', moduleResolution: 'bundler', ...DOM },
  },
  {
    name: 'node10, TypeScript 5',
    files: BOTH,
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true, ...DOM },
    oldCompiler: true,
  },
  {
    name: 'node10 without esModuleInterop, TypeScript 5',
    files: { 'no-interop-types.ts': 'no-interop.ts' },
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', lib: ['es2022'] },
    oldCompiler: true,
  },
];

/** Compiles fixtures in a project that has installed the package; the declarations of all libraries count, too. */
export async function checkTypes(project: string, { name, ...check }: TypeCheck): Promise<Outcome> {
  const folder = path.join(project, name.replace(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of Object.entries(check.files)) {
    cpSync(path.join(project, from), path.join(folder, to));
  }
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    ...check.compilerOptions,
  };
  const config = { compilerOptions, files: Object.values(check.files) };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiler = path.join(check.oldCompiler ? project : ROOT, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', folder], project);
}
