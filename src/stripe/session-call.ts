import type { Components } from '../components/components.js';
import type { Customer } from '../core/customer-ref.js';
import type { ConnectScope, StripeClient } from '../options/router-options.js';
import { attemptsOf, isObject, problemFromStripe } from './failures.js';
import { formOf } from './session-request.js';
import type { HttpClientResponse } from './transport/answer.js';

/** One call for a session. */
export interface SessionCall {
  readonly customer: Customer;
  readonly components: Components;
  /** For the whole call, retry included, in ms. */
  readonly timeoutMs: number;
}

/** What came back, as far as anybody reads it; a host's client may not tell the status. */
export interface StripeAnswer {
  readonly status: number | undefined;
  readonly requestId: unknown;
  /** Requests made, where the transport counted them. */
  readonly attempts?: number | undefined;
  readonly body: Record<string, unknown>;
}

/** Resolves with what came back, or with `undefined` for no object; rejects with what went wrong. */
export type CallStripe = (call: SessionCall) => Promise<StripeAnswer | undefined>;

/** Sends a session's form over the transport of a client made by `createStripe`. */
export type PostSession = (
  form: string,
  connect: ConnectScope,
  timeoutMs: number,
) => Promise<HttpClientResponse>;

/** By the transport itself: stripe-node's own way costs a quarter more. `fixed` components are encoded once. */
export function callOverTransport(post: PostSession, fixed: Components | undefined): CallStripe {
  const encoded = fixed && formOf({ components: fixed });
  return async function callStripe({ customer, components, timeoutMs }) {
    // A clean id needs no encoding.
    const form = `${customer.parameter}=${customer.id}&${encoded ?? formOf({ components })}`;
    const response = await post(form, customer.connect, timeoutMs);
    const status = response.getStatusCode();
    const headers = response.getHeaders();
    const requestId = headers['request-id'];
    const body = await response.toJSON();
    if (body.error)
      throw problemFromStripe({ ...Object(body.error), statusCode: status, requestId, headers });
    return { status, requestId, attempts: attemptsOf(headers), body };
  };
}

/** By a host's own client, as its types promise it. */
export function callHostClient(stripe: StripeClient): CallStripe {
  return async function callStripe({ customer, components, timeoutMs }) {
    const params = { [customer.parameter]: customer.id, components };
    // At most two attempts, which share the idempotency key that stripe-node gives them.
    const options = { ...customer.connect, timeout: timeoutMs, maxNetworkRetries: 1 };
    const session: unknown = await stripe.customerSessions.create(params as never, options as never);
    if (!isObject(session)) return undefined;
    const { statusCode, requestId } = isObject(session.lastResponse) ? session.lastResponse : {};
    const status = typeof statusCode === 'number' ? statusCode : undefined;
    // Some 4xx bodies resolve like a success.
    if (status !== undefined && status >= 300) throw problemFromStripe({ statusCode: status, requestId });
    return { status, requestId, body: session };
  };
}
