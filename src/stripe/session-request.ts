import type { ConnectScope } from '../options/router-options.js';
import type { Outgoing } from './transport/exchange.js';
import { newIdempotencyKey } from './transport/http-client.js';

/** What all requests of one client have in common. */
export interface Sender extends ConnectScope {
  /** The `Host` header. */
  readonly host: string;
  readonly key: string;
  readonly apiVersion: string;
  readonly userAgent: string;
}

/** `form` comes from `formOf`; `connect` goes before what the client says of itself. */
export type WriteSessionRequest = (form: string, connect: ConnectScope) => Outgoing;

/**
 * Writes `POST /v1/customer_sessions` as stripe-node does, which a test holds it to, byte by byte. stripe-node encodes
 * the form, builds its headers and wraps the answer anew for every call: up to a quarter of what a whole request costs
 * (bench/README.md). Here the parts that never vary are written once.
 */
export function sessionRequestWriter({
  host,
  key,
  apiVersion,
  userAgent,
  ...ofClient
}: Sender): WriteSessionRequest {
  const fixed = Object.entries({
    Host: host,
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
    'User-Agent': userAgent,
    'Stripe-Version': apiVersion,
    Authorization: `Bearer ${key}`,
  }).flat();
  return function writeSessionRequest(form, connect) {
    const headers = [...fixed, 'Idempotency-Key', newIdempotencyKey(), 'Content-Length', `${form.length}`];
    const { stripeAccount, stripeContext } = { ...ofClient, ...connect };
    if (stripeAccount) headers.push('Stripe-Account', stripeAccount);
    if (stripeContext) headers.push('Stripe-Context', stripeContext);
    return { method: 'POST', path: '/v1/customer_sessions', headers, body: form };
  };
}

/** `components[buy_button][enabled]=true`, as Stripe's API takes nested values. ASCII only. */
export function formOf(params: object): string {
  return membersOf(params)
    .flatMap(([name, value]) => fieldsOf(name, value))
    .join('&');
}

type Field = string | number | boolean | object | null | undefined;

function fieldsOf(name: string, value: Field): string[] {
  if (value === undefined) return [];
  if (value === null) return [`${encoded(name)}=`];
  if (typeof value !== 'object') return [`${encoded(name)}=${encoded(String(value))}`];
  return membersOf(value).flatMap(([member, inner]) => fieldsOf(`${name}[${member}]`, inner));
}

function membersOf(value: object): [name: string, value: Field][] {
  return Object.entries(value);
}

// Brackets may stay as they are, and are what a reader of Stripe's request log is used to.
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%5B', '[')
    .replaceAll('%5D', ']');
}
