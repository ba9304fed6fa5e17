import { Agent } from 'node:http';
import { connect } from 'node:net';
import { createStripe, type OwnStripe, type StripeConfig } from 'express-stripe-customer-session';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** Every call to Stripe goes through this proxy: `http://user:password@proxy.internal:3128`. */
export function stripeThroughProxy(key: string, proxyUrl: string, target: StripeConfig = {}): OwnStripe {
  const httpAgent = new HttpsProxyAgent(proxyUrl, { keepAlive: true });
  return createStripe(key, { ...target, httpAgent });
}

/** Every call goes to a process of this machine, which listens on the socket and speaks TLS to Stripe. */
export function stripeThroughSocket(key: string, socketPath: string): OwnStripe {
  const httpAgent = new Agent({ keepAlive: true });
  httpAgent.createConnection = () => connect(socketPath);
  return createStripe(key, { protocol: 'http', httpAgent });
}
