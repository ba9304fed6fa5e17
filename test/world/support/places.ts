import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StripeEmulator, startStripeEmulator } from '../../../src/testing/index.js';
import { certificateFor, localCertificate } from '../../support/certificate.js';
import { type Backend, startBackend } from './backend.js';
import { type CompanyProxy, startProxy } from './witnesses.js';

/** What surrounds one case: Stripe's stand-in over TLS, a proxy, and the agents' own server. All on this machine. */
export interface Places {
  readonly stripe: StripeEmulator;
  readonly proxy: CompanyProxy;
  readonly backend: Backend;
  /** The stand-in's certificate. */
  readonly caFile: string;
  /** For the environment of the case's process. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function openPlaces(): Promise<Places> {
  const [tls, ofBackend] = await Promise.all([certificateFor(['api.stripe.com']), localCertificate()]);
  const folder = mkdtempSync(path.join(tmpdir(), 'world-'));
  const caFile = path.join(folder, 'ca.pem');
  writeFileSync(caFile, tls.cert);
  const stripe = await startStripeEmulator({
    tls,
    // One for each case: whose key was seen where it must not be is never in doubt.
    secretKey: `sk_test_world${randomBytes(12).toString('hex')}`,
  });
  const [proxy, backend] = await Promise.all([startProxy(), startBackend(ofBackend)]);
  return {
    stripe,
    proxy,
    backend,
    caFile,
    env: {
      WORLD_KEY: stripe.secretKey,
      WORLD_PORT: String(stripe.port),
      WORLD_CA: tls.cert,
      WORLD_PROXY: `http://127.0.0.1:${proxy.port}`,
      WORLD_BACKEND: backend.url,
      WORLD_BACKEND_TLS: backend.tlsUrl,
      WORLD_BACKEND_CA: ofBackend.cert,
    },
    async close() {
      rmSync(folder, { recursive: true });
      proxy.close();
      backend.close();
      await stripe.close();
    },
  };
}
