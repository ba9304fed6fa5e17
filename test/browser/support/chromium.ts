import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** `describe` where Debian's chromium is installed; elsewhere skipped by name, and failed where CI is set. */
export function describeInChromium(name: string, tests: () => void): void {
  if (existsSync(EXECUTABLE)) {
    describe(name, tests);
  } else if (process.env.CI) {
    test(`${name}: ${EXECUTABLE} is missing`, () => {
      throw new Error(`Install Debian's chromium: ${EXECUTABLE} is missing.`);
    });
  } else {
    describe.skip(`${name} (skipped: ${EXECUTABLE} is missing)`, tests);
  }
}

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export function launchChromium(...args: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: [...ARGS, ...args] });
}

export interface Profile {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/**
 * A person's browser at its most permissive: third-party cookies are let through, which this Chromium no longer does
 * by itself, so that nothing but the router stands in a forged request's way. It has a back-forward cache too.
 */
export async function openPermissiveProfile(...args: string[]): Promise<Profile> {
  const folder = mkdtempSync(path.join(tmpdir(), 'profile-'));
  mkdirSync(path.join(folder, 'Default'));
  writeFileSync(
    path.join(folder, 'Default', 'Preferences'),
    JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }),
  );
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: EXECUTABLE,
    args: [...ARGS, ...args],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ignoreHTTPSErrors: true,
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a page complains of: errors, warnings of the console, exceptions. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  return complaints;
}
