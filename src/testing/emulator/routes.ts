import { listCustomers, searchCustomers } from './customer-lists.js';
import { createCustomer, deleteCustomer, retrieveCustomer, updateCustomer } from './customers.js';
import type { FormTree } from './form.js';
import { createSession } from './sessions.js';
import type { EmulatorState } from './state.js';

/** A request that has passed the door: what the handlers need of it. */
export interface ApiCall {
  readonly form: FormTree;
  /** The `{customer}` of the path; empty where the path has none. */
  readonly id: string;
  readonly account: string | null;
}

/** The routes, written as Stripe's OpenAPI description writes its paths. */
export const ROUTES = [
  'POST /v1/customer_sessions',
  'POST /v1/customers',
  'GET /v1/customers',
  'GET /v1/customers/search',
  'GET /v1/customers/{customer}',
  'POST /v1/customers/{customer}',
  'DELETE /v1/customers/{customer}',
] as const;

export type Route = (typeof ROUTES)[number];

/** What answers each route. */
export const HANDLERS: Readonly<
  Record<Route, (state: EmulatorState, call: ApiCall) => Record<string, unknown>>
> = {
  'POST /v1/customer_sessions': createSession,
  'POST /v1/customers': createCustomer,
  'GET /v1/customers': listCustomers,
  'GET /v1/customers/search': searchCustomers,
  'GET /v1/customers/{customer}': retrieveCustomer,
  'POST /v1/customers/{customer}': updateCustomer,
  'DELETE /v1/customers/{customer}': deleteCustomer,
};

/** The route of a method and path, with the id that the path holds. */
export function matchRoute(method: string, path: string): { route: Route; id: string } | undefined {
  const exact = ROUTES.find((route) => route === `${method} ${path}`);
  if (exact) return { route: exact, id: '' };
  const [, encoded] = /^\/v1\/customers\/([^/{}]+)$/.exec(path) ?? [];
  const route = ROUTES.find((candidate) => candidate === `${method} /v1/customers/{customer}`);
  const id = encoded === undefined ? undefined : decode(encoded);
  return route && id !== undefined ? { route, id } : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
