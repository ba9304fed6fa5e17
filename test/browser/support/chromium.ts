import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

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

export function launchChromium(...args: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  });
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
