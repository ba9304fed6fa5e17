import * as customers from './customers.js';
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

type Handler = (state: EmulatorState, call: ApiCall) => Record<string, unknown>;

const HANDLERS = {
  'POST /v1/customer_sessions': createSession,
  'POST /v1/customers': customers.createCustomer,
  'GET /v1/customers': customers.listCustomers,
  'GET /v1/customers/search': customers.searchCustomers,
  'GET /v1/customers/{customer}': customers.retrieveCustomer,
  'POST /v1/customers/{customer}': customers.updateCustomer,
  'DELETE /v1/customers/{customer}': customers.deleteCustomer,
} satisfies Record<string, Handler>;

export type Route = keyof typeof HANDLERS;

/** The routes, written as Stripe's OpenAPI description writes its paths. */
export const ROUTES = Object.keys(HANDLERS) as readonly Route[];

export function handle(route: Route, state: EmulatorState, call: ApiCall): Record<string, unknown> {
  return HANDLERS[route](state, call);
}

/** The route of a method and path, with the id that the path holds. */
export function matchRoute(method: string, path: string): { route: Route; id: string } | undefined {
  const exact = ROUTES.find((route) => route === `${method} ${path}`);
  if (exact) return { route: exact, id: '' };
  const [, encoded] = /^\/v1\/customers\/([^/]+)$/.exec(path) ?? [];
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
