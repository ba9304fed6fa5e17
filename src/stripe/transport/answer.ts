import { isUtf8 } from 'node:buffer';
import { StripeTransportError } from './error.js';
import type { Incoming } from './exchange.js';

/** What stripe-node's code asks of an answer; the same since its major 8. */
export interface HttpClientResponse {
  getStatusCode(): number;
  getHeaders(): Record<string, string>;
  getRawResponse(): object;
  toStream(onComplete: () => void): never;
  toJSON(): Promise<Record<string, unknown>>;
}

// What stripe-node reads, or a caller may want. Nothing else of an answer's head is passed on.
const PASSED_ON = new Set([
  'request-id',
  'stripe-version',
  'stripe-account',
  'retry-after',
  'stripe-should-retry',
]);
const LONGEST_VALUE = 200;

const WORD = /^[A-Za-z0-9_.[\]-]{1,200}$/;

/** The headers that we know, by their names in lower case. Of a doubled one the first counts. */
export function knownHeaders({ headers }: Incoming): Record<string, string> {
  const known: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? '';
    const value = headers[index + 1] ?? '';
    if (PASSED_ON.has(name) && !(name in known) && value.length <= LONGEST_VALUE) known[name] = value;
  }
  return known;
}

/**
 * Stripe's answer as stripe-node may see it: a success that is a JSON object, or an error cut down to `type`, `code`
 * and `param`. Stripe's own texts may quote what was sent, and some errors hold client secrets.
 * @throws {StripeTransportError} `EANSWER` when it is no answer of Stripe's
 */
export function readAnswer(incoming: Incoming, attempts: number): HttpClientResponse {
  const { status } = incoming;
  const headers = knownHeaders(incoming);
  headers['x-ecs-attempts'] = String(attempts);
  // The transport has retried what may be retried.
  headers['stripe-should-retry'] = 'false';
  const parsed = parseObject(incoming.body);
  if (typeof parsed === 'string') {
    if (status >= 200 && status < 300) throw new StripeTransportError('EANSWER', parsed, attempts);
    return response(status, headers, errorBody(status, undefined));
  }
  const failed = status < 200 || status >= 300 || Boolean(parsed.error);
  return response(status, headers, failed ? errorBody(status, parsed.error) : parsed);
}

// The object, or what is wrong with it.
function parseObject(body: Buffer | undefined): Record<string, unknown> | string {
  if (body === undefined) return 'BODY_TOO_LONG';
  if (!isUtf8(body)) return 'NOT_UTF8';
  try {
    const value: unknown = JSON.parse(body.toString());
    return isObject(value) ? value : 'NOT_AN_OBJECT';
  } catch {
    return 'NOT_JSON';
  }
}

function errorBody(status: number, error: unknown): Record<string, unknown> {
  // OAuth's errors are a word; stripe-node makes their class from it.
  if (typeof error === 'string' && WORD.test(error)) return { error };
  const kept: Record<string, string> = { type: 'api_error' };
  if (isObject(error)) {
    for (const field of ['type', 'code', 'param']) {
      const value = error[field];
      if (typeof value === 'string' && WORD.test(value)) kept[field] = value;
    }
  }
  const { code, param } = kept;
  const details = [kept.type, code, param && `param ${param}`].filter(Boolean).join(', ');
  return { error: { ...kept, message: `Stripe answered ${status} (${details})` } };
}

function response(
  status: number,
  headers: Record<string, string>,
  body: Record<string, unknown>,
): HttpClientResponse {
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => ({ statusCode: status, headers }),
    toStream() {
      throw new StripeTransportError('EANSWER', 'STREAMING_NOT_SUPPORTED');
    },
    toJSON: async () => body,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
