import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import type { Figure } from '../figures.js';
import { median, spread } from '../stats.js';
import { type PageShop, startPageShop, type Way } from './page-shop.js';

const ROOT = path.join(__dirname, '../..');
// What the recipe has users write into the head of the page, and what the page with `initial` loads.
const EARLY = path.join(ROOT, 'examples/recipes-web/early.ts');
const CLIENT = path.join(ROOT, 'dist/client-esm/index.js');
const WAYS: readonly Way[] = ['guide', 'preload', 'initial'];
const GOALS = { preload: 0.6, initial: 0.45 };

/** From navigation until Stripe.js, the intent and the session are at hand, by three ways to write a checkout. */
export async function pageScenario(rounds: number): Promise<Figure[]> {
  const shop = await startPageShop({
    early: await bundle(EARLY, 'checkout'),
    client: await bundle(CLIENT, 'client'),
  });
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  const times: Record<Way, number[]> = { guide: [], preload: [], initial: [] };
  try {
    // The first of each starts Chromium's own processes, and is not counted.
    for (const way of WAYS) await timeOf(browser, shop, way);
    for (let round = 0; round < rounds; round += 1) {
      const turn = round % 2 === 0 ? WAYS : [...WAYS].reverse();
      for (const way of turn) times[way].push(await timeOf(browser, shop, way));
    }
  } finally {
    await browser.close();
    await shop.close();
  }
  return (['preload', 'initial'] as const).flatMap((way) => figuresOf(way, times));
}

function figuresOf(way: keyof typeof GOALS, times: Readonly<Record<Way, number[]>>): Figure[] {
  const scenario = `checkout page, 80 ms to the shop, Stripe's API 300 ms, Stripe.js 200 ms: ${way}`;
  const ratios = times[way].map((ms, round) => ms / (times.guide[round] ?? Number.NaN));
  return [
    {
      scenario,
      measure: "÷ the guide's page",
      goal: GOALS[way],
      ours: median(ratios),
      guide: 1,
      spread: spread(ratios),
    },
    { scenario, measure: 'secrets at hand, ms', ours: median(times[way]), guide: median(times.guide) },
  ];
}

/** An empty cache each time. */
async function timeOf(browser: Browser, shop: PageShop, way: Way): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    // The buyer comes from the cart: the connection is open, and so is Chromium's process for the shop.
    await page.goto(shop.urlOf('cart'));
    // Told, not asked for again and again: that would take the page's processor.
    const [told] = await Promise.all([page.waitForEvent('console'), page.goto(shop.urlOf(way))]);
    return Number(told.text());
  } finally {
    await context.close();
  }
}

/** One script, which leaves what the file exports in a variable of that name. */
async function bundle(entry: string, name: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { 'express-stripe-customer-session/client': CLIENT } },
    build: { lib: { entry, formats: ['iife'], name }, write: false },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (!first || !('output' in first)) throw new Error('Vite bundled nothing.');
  return first.output[0].code;
}
