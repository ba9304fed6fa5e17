import { Agent } from 'node:http';
import { connect } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import Stripe from 'stripe';

// As safe as stripe-node's own client gets: docs/operations.md says what is left.
const PATIENCE = { timeout: 3_000, maxNetworkRetries: 1, telemetry: false } as const;

/** Every call to Stripe goes through this proxy: `http://user:password@proxy.internal:3128`. */
export function stripeThroughProxy(key: string, proxyUrl: string, target: Stripe.StripeConfig = {}): Stripe {
  const httpAgent = new HttpsProxyAgent(proxyUrl, { keepAlive: true });
  return new Stripe(key, { ...PATIENCE, ...target, httpAgent });
}

/** Every call goes to a process of this machine, which listens on the socket and speaks TLS to Stripe. */
export function stripeThroughSocket(key: string, socketPath: string): Stripe {
  const httpAgent = new Agent({ keepAlive: true });
  httpAgent.createConnection = () => connect(socketPath);
  return new Stripe(key, { ...PATIENCE, protocol: 'http', httpAgent });
}
