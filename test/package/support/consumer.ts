import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The project's own folder. */
export const ROOT = path.join(__dirname, '..', '..', '..');
export const NAME = 'express-stripe-customer-session';
const FIXTURES = path.join(ROOT, 'test/package/consumers');
/** A page, which is compiled with the front end's tests as well. */
export const PAGE = path.join(ROOT, 'test/client/consumer/checkout.tsx');
const NPM_QUIET = ['--ignore-scripts', '--loglevel=error'];
// Packages that are in npm's cache are not asked for again.
const NPM = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
const LIMIT_MS = 240_000;

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; what it exits with is an outcome, not an exception. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', NODE_ENV: 'test', ...NPM };
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { cwd, env, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, output: code === 0 ? stdout : `${stdout}${stderr}` });
      },
    );
  });
}

/** Runs a program that has to succeed; throws what it said where it did not. */
export async function mustRun(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** A folder for one suite's packages and projects. */
export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'consumers-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Packs what is built, as a release would. Gives the tarball. */
export async function pack(into: string): Promise<{ tarball: string; files: string[] }> {
  const said = await mustRun('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', into], ROOT);
  const tarball = readdirSync(into).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball.');
  const [{ files }] = JSON.parse(said) as [{ files: { path: string }[] }];
  return { tarball: path.join(into, tarball), files: files.map((file) => file.path) };
}

/** A project that has installed the tarball beside `dependencies`, from npm's cache or registry. */
export async function installConsumer(
  folder: string,
  tarball: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: 'consumer', private: true, dependencies: { ...dependencies, [NAME]: tarball } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  cpSync(FIXTURES, folder, { recursive: true });
  cpSync(PAGE, path.join(folder, 'checkout.tsx'));
  await mustRun('npm', ['install', ...NPM_QUIET], folder);
  return folder;
}

/** The program of a release line of Node.js (each ships as the npm package node@N), from npm's cache or registry. */
export async function nodeOf(line: string, folder: string): Promise<string> {
  if (process.versions.node.split('.')[0] === line) return process.execPath;
  const find = ['--yes', '--package', `node@${line}`, 'node', '-p', 'process.execPath'];
  return (await mustRun('npx', find, folder)).trim();
}
