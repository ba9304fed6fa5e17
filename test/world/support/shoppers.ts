import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { browserHeaders } from '../../../src/testing/index.js';

/** A signed-in user whose request is part of a trace that began in front of the shop. */
export interface Shopper {
  readonly customer: string;
  readonly trace: string;
}

export interface Served extends Shopper {
  readonly status: number;
  readonly clientSecret: string | undefined;
  /** Why there is none: the problem's code. */
  readonly code: string | undefined;
}

export function shopper(number: number): Shopper {
  return { customer: `cus_${number}`, trace: randomBytes(16).toString('hex') };
}

/** One asks after the other. */
export async function inTurn(port: number, shoppers: readonly Shopper[], path?: string): Promise<Served[]> {
  const served: Served[] = [];
  for (const one of shoppers) served.push(await ask(port, one, path));
  return served;
}

/** All ask at once. */
export function together(port: number, shoppers: readonly Shopper[], path?: string): Promise<Served[]> {
  return Promise.all(shoppers.map((one) => ask(port, one, path)));
}

function ask(port: number, { customer, trace }: Shopper, path = '/customer-session'): Promise<Served> {
  const span = randomBytes(8).toString('hex');
  const headers = {
    ...browserHeaders('https://shop.example'),
    host: 'shop.example',
    'x-forwarded-proto': 'https',
    'x-customer': customer,
    traceparent: `00-${trace}-${span}-01`,
    'sentry-trace': `${trace}-${span}-1`,
  };
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('error', reject);
      res.on('end', () => {
        const { client_secret: clientSecret, code } = JSON.parse(text) as Record<string, string | undefined>;
        resolve({ customer, trace, status: res.statusCode ?? 0, clientSecret, code });
      });
    });
    req.on('error', reject);
    req.end();
  });
}
