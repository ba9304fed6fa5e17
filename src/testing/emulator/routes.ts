import { createAccount, retrieveAccount } from './accounts.js';
import type { ApiCall, ApiObject } from './call.js';
import * as customers from './customers.js';
import * as intents from './intents.js';
import { listPaymentMethods } from './payment-methods.js';
import { createSession } from './sessions.js';
import type { EmulatorState } from './state.js';

type Handler = (state: EmulatorState, call: ApiCall) => ApiObject;

/** What answers each route; routes are written as Stripe's OpenAPI description writes its paths. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'POST /v1/customer_sessions': createSession,
  'POST /v1/customers': customers.createCustomer,
  'GET /v1/customers': customers.listCustomers,
  'GET /v1/customers/{customer}': customers.retrieveCustomer,
  'POST /v1/customers/{customer}': customers.updateCustomer,
  'DELETE /v1/customers/{customer}': customers.deleteCustomer,
  'GET /v1/customers/{customer}/payment_methods': listPaymentMethods,
  'POST /v1/payment_intents': intents.createPaymentIntent,
  'GET /v1/payment_intents/{intent}': intents.retrievePaymentIntent,
  'POST /v1/setup_intents': intents.createSetupIntent,
  'GET /v1/setup_intents/{intent}': intents.retrieveSetupIntent,
  'POST /v2/core/accounts': createAccount,
  'GET /v2/core/accounts/{id}': retrieveAccount,
};

export const ROUTES = Object.keys(HANDLERS);

/** A route that a request is on. */
export interface Match {
  readonly route: string;
  /** The id in the path; empty where the route has none. */
  readonly id: string;
  readonly handle: Handler;
}

const PATTERNS = Object.entries(HANDLERS).map(([route, handle]) => {
  const pattern = new RegExp(`^${route.replace(/\{\w+\}/, '([^/{}]+)')}$`);
  return { route, handle, pattern };
});

/** The route of a method and path. */
export function matchRoute(method: string, path: string): Match | undefined {
  for (const { route, handle, pattern } of PATTERNS) {
    const found = pattern.exec(`${method} ${path}`);
    if (found) return { route, handle, id: found[1] ?? '' };
  }
  return undefined;
}
