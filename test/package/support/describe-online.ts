import { execFileSync } from 'node:child_process';

/** A `describe` of what needs the npm registry. Offline it is skipped under a name that says so; in CI it fails. */
export function describeOnline(name: string, body: () => void): void {
  if (process.env.CI === 'true' || isOnline()) {
    describe(name, body);
    return;
  }
  it.skip(`${name} (needs the npm registry, which does not answer)`, () => undefined);
}

function isOnline(): boolean {
  try {
    execFileSync('npm', ['view', 'stripe', 'version'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
