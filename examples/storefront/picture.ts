/**
 * `npm run pictures`: takes the README's pictures from a storefront of its own, or from one that runs: `npm run
 * pictures -- https://localhost:4242`. Needs Debian's chromium and pngquant.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { say } from './welcome.js';

const FOLDER = path.join(__dirname, '..', '..', 'docs', 'pictures');
const MOST_BYTES = 60_000;

async function takePictures(url: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  try {
    for (const colorScheme of ['light', 'dark'] as const) await takeIn(browser, url, colorScheme);
  } finally {
    await browser.close();
  }
}

async function takeIn(browser: Browser, url: string, colorScheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({
    ignoreHTTPSErrors: true,
    colorScheme,
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 740 },
  });
  await page.goto(url);
  // Twice, so that the picture shows what a warm process takes.
  await page.getByText('•••• 4242').waitFor();
  await page.reload();
  await page.getByText('•••• 4242').waitFor();
  await page.getByText('Earlier requests').waitFor();
  await page.locator('.earlier').evaluate((earlier) => earlier.remove());
  save(await page.screenshot(), `storefront-${colorScheme}.png`);

  await page.getByRole('button', { name: 'A proxy caches the answer' }).click();
  await page.locator('.sides').waitFor();
  save(await page.locator('.scenarios').screenshot(), `storefront-scenario-${colorScheme}.png`);
  await page.close();
}

// Sixty-four colours are enough for a page of few, and a third of the bytes.
function save(picture: Buffer, name: string): void {
  const file = path.join(FOLDER, name);
  const args = ['--force', '--speed', '1', '--nofs', '--output', file, '64', '-'];
  execFileSync('pngquant', args, { input: picture });
  const { size } = statSync(file);
  say(`${path.relative(process.cwd(), file)}  ${Math.ceil(size / 1000)} kB`);
  if (size > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES / 1000} kB.`);
}

/** A storefront of the pictures' own, which has nobody's data. */
async function withStorefront(take: (url: string) => Promise<void>): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'pictures-'));
  const port = '4299';
  say('Starting a storefront …');
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'server.ts')], {
    env: { ...process.env, PORT: port, STOREFRONT_DATA: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The storefront ended with ${code}.`)));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Stop with Ctrl-C')) resolve();
      });
    });
    say('Taking the pictures …');
    await take(`https://localhost:${port}`);
  } finally {
    child.kill();
    rmSync(data, { recursive: true, force: true });
  }
}

const url = process.argv[2];
(url === undefined ? withStorefront(takePictures) : takePictures(url)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
