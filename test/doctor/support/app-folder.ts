import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder with this package and others installed: their paths under `node_modules`, and their versions. */
export function makeApp(packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'escs-doctor-'));
  made.push(folder);
  const manifest = JSON.parse(readFileSync(path.join(__dirname, '../../../package.json'), 'utf8')) as object;
  write(folder, 'express-stripe-customer-session', manifest);
  for (const [name, version] of Object.entries(packages)) write(folder, name, { name, version });
  return folder;
}

function write(folder: string, name: string, manifest: object): void {
  const at = path.join(folder, 'node_modules', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'package.json'), JSON.stringify(manifest));
}
