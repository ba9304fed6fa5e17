import { gzipSync } from 'node:zlib';
import { answer, session } from './fault-answers.js';
import type { FaultMode, FaultOutcome } from './fault-modes.js';

type Body = string | Buffer | ((customer: string) => string | Buffer);

function body(
  name: string,
  expected: FaultOutcome,
  content: Body,
  headers: Record<string, string> = {},
): FaultMode {
  return {
    name: `200 with ${name}`,
    expected,
    respond: ({ socket, customer }) => {
      socket.write(answer(200, typeof content === 'function' ? content(customer) : content, headers));
    },
  };
}

function changed(name: string, expected: FaultOutcome, changes: Record<string, unknown>): FaultMode {
  return body(name, expected, (customer) => session(customer, changes));
}

const now = () => Math.floor(Date.now() / 1000);

/** 200, and a body that is no session, or not the one asked for. */
export const contentModes: readonly FaultMode[] = [
  body('a number', 'stripe_unavailable', '42'),
  body('a boolean', 'stripe_unavailable', 'true'),
  body('a string', 'stripe_unavailable', '"cuss_secret_scalar_canary"'),
  body('null', 'stripe_unavailable', 'null'),
  body('an array', 'stripe_unavailable', (customer) => `[${session(customer)}]`),
  body('nothing', 'stripe_unavailable', ''),
  body('an empty object', 'stripe_mismatch', '{}'),
  body('HTML', 'stripe_unavailable', '<!doctype html><title>Welcome</title>', {
    'Content-Type': 'text/html',
  }),
  body('a byte order mark', 'stripe_unavailable', (customer) => `\ufeff${session(customer)}`),
  body('gzip', 'stripe_unavailable', (customer) => gzipSync(session(customer)), {
    'Content-Encoding': 'gzip',
  }),
  body('truncated JSON of fitting length', 'stripe_unavailable', (customer) =>
    session(customer).slice(0, -20),
  ),
  body('garbled JSON', 'stripe_unavailable', (customer) => session(customer).replace(':', ';')),
  body('JSON and a tail', 'stripe_unavailable', (customer) => `${session(customer)}{}`),
  body('bad UTF-8', 'stripe_unavailable', (customer) => {
    return Buffer.concat([
      Buffer.from(session(customer).slice(0, -1)),
      Buffer.from([0x2c, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    ]);
  }),
  body('a wrong Content-Type', 'ok', session, { 'Content-Type': 'text/plain' }),
  body('the customer twice, the wrong one last', 'stripe_mismatch', (customer) => {
    return session(customer).replace(/}$/, ',"customer":"cus_Other"}');
  }),
  body('a deep body', 'stripe_mismatch', `{"object":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
  body('__proto__', 'stripe_mismatch', '{"__proto__":{"object":"customer_session"}}'),
  body('an error member', 'stripe_unavailable', '{"error":{"type":"api_error","message":"canary_message"}}'),
  {
    name: '200 with truncated JSON until close',
    expected: 'stripe_unavailable',
    respond: ({ socket, customer }) => {
      socket.end(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n${session(customer).slice(0, -20)}`,
      );
    },
  },
  {
    name: '200 by HTTP/1.0 until close',
    expected: 'ok',
    respond: ({ socket, customer }) => {
      socket.end(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${session(customer)}`);
    },
  },

  changed("someone else's customer", 'stripe_mismatch', { customer: 'cus_Other' }),
  changed('no customer', 'stripe_mismatch', { customer: null }),
  changed('an expanded customer', 'stripe_mismatch', { customer: { id: 'cus_Other' } }),
  changed('another object', 'stripe_mismatch', { object: 'customer' }),
  changed('the wrong livemode', 'stripe_mismatch', { livemode: true }),
  changed('a livemode that is a string', 'stripe_mismatch', { livemode: 'false' }),
  changed('an expiry that is a string', 'stripe_mismatch', { expires_at: String(now() + 1800) }),
  changed('an expiry in milliseconds', 'stripe_mismatch', { expires_at: (now() + 1800) * 1000 }),
  changed('an expiry of 0', 'stripe_mismatch', { expires_at: 0 }),
  changed('an expiry that is a fraction', 'stripe_mismatch', { expires_at: now() + 0.5 }),
  changed('no expiry', 'stripe_mismatch', { expires_at: null }),
  changed('no secret', 'stripe_mismatch', { client_secret: null }),
  changed('a secret of two lines', 'stripe_mismatch', { client_secret: 'cuss_secret_a\r\nSet-Cookie: a=b' }),
  changed('a secret too long', 'stripe_mismatch', { client_secret: `cuss_secret_${'x'.repeat(6000)}` }),
];
