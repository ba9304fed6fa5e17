/**
 * Takes the README's pictures from a running storefront, with Debian's chromium:
 * `npm start`, and in another terminal `npx tsx examples/storefront/picture.ts [url]`.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const FOLDER = path.join(__dirname, '..', '..', 'docs', 'pictures');

async function takePictures(url: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({
        ignoreHTTPSErrors: true,
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
      });
      await page.goto(url);
      await page.getByRole('button', { name: 'Ada' }).click();
      await page.getByText('•••• 4242').waitFor();
      await page.getByRole('button', { name: 'Another site posts here' }).click();
      await page.getByRole('status').filter({ hasText: 'cross_origin' }).waitFor();
      await page.locator('.entry').getByText('cross_origin', { exact: true }).first().waitFor();
      const file = path.join(FOLDER, `storefront-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
      process.stdout.write(`${path.relative(process.cwd(), file)}\n`);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

takePictures(process.argv[2] ?? 'https://localhost:4242').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
