import { existsSync } from 'node:fs';
import path from 'node:path';

const WEB = path.join(__dirname, 'web');

/** Builds the page with Vite, unless it is there already and `rebuild` is not asked for; gives its folder. */
export async function buildPage({ rebuild = true } = {}): Promise<string> {
  const dist = path.join(WEB, 'dist');
  if (!rebuild && existsSync(path.join(dist, 'index.html'))) return dist;
  const { build } = await import('vite');
  await build({ root: WEB, configFile: path.join(WEB, 'vite.config.mjs'), logLevel: 'warn' });
  return dist;
}
