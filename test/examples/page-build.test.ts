import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.join(__dirname, '../..');
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'package-lock.json',
  'dist',
  'examples/storefront/web',
  'scripts/content-hash.mjs',
];

describe('the page of examples/storefront', () => {
  let folder: string;
  const build = () => run(process.execPath, [path.join(folder, 'examples/storefront/web/build.mjs')]);

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'escs-page-'));
    for (const source of SOURCES) {
      cpSync(path.join(ROOT, source), path.join(folder, source), { recursive: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('says that it is built while it is, and is kept for the next start', async () => {
    const first = await build();
    expect(first.stderr).toMatch(/^Building the page \(Vite\) …\nThe page is built, in \d+\.\d s\.\n$/);
    expect(readdirSync(first.stdout)).toEqual(expect.arrayContaining(['index.html', 'index.html.br']));
    expect(await build()).toEqual({ stdout: first.stdout, stderr: '' });
    expect(readdirSync(path.join(folder, '.data/built'))).toEqual([path.basename(first.stdout)]);
  });

  it('is built anew where its source is another', async () => {
    const { stdout: before } = await build();
    cpSync(path.join(folder, 'package.json'), path.join(folder, 'examples/storefront/web/public/new.json'));
    const { stdout: after, stderr } = await build();
    expect(stderr).toContain('Building the page (Vite) …');
    expect([existsSync(path.join(before, 'new.json')), existsSync(path.join(after, 'new.json'))]).toEqual([
      false,
      true,
    ]);
  });
});
