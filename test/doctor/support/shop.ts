import { type HostSettings, startHost, type TestHost } from '../../support/host.js';
import { type FrontSettings, startFront } from './front.js';
import { CANARY } from './run-doctor.js';

/** How the doctor signs in as ada; the cookie signs nobody in and must not be printed. */
export const ADA = ['--header', 'X-User: ada', '--header', `Cookie: sid=${CANARY}`];

/** A host that believes the proxy in front of it. */
export const trustingProxy: HostSettings = { prepare: (app) => app.set('trust proxy', 1) };

const open: Array<{ close(): Promise<void> }> = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Closes it when the test has ended. */
export function closeLater(one: { close(): Promise<void> }): void {
  open.push(one);
}

/** A host over TLS on this machine, or behind a proxy of another name. */
export async function startShop(
  settings: HostSettings = {},
  front?: FrontSettings,
): Promise<{ host: TestHost; url: string }> {
  const host = await startHost({ ...settings, plain: front !== undefined });
  closeLater(host);
  if (front === undefined) return { host, url: `${host.origin}${host.path}` };
  const proxy = await startFront(host, front);
  closeLater(proxy);
  return { host, url: proxy.url };
}

/** A proxy that adds headers to what it passes on, over those of the answer. */
export function adding(headers: Record<string, string>): FrontSettings {
  return { change: (passed) => ({ ...passed, headers: { ...passed.headers, ...headers } }) };
}
