import { invalidParam } from './errors.js';
import type { CustomerObject } from './state.js';

/** The expandable fields of a customer (https://docs.stripe.com/api/expanding_objects). */
const FIELDS: Readonly<Record<string, (customer: CustomerObject) => unknown>> = {
  cash_balance: () => null,
  default_source: () => null,
  discount: () => null,
  sources: ({ id }) => emptyList(`/v1/customers/${id}/sources`),
  subscriptions: ({ id }) => emptyList(`/v1/customers/${id}/subscriptions`),
  tax: () => ({
    automatic_tax: 'unrecognized_location',
    ip_address: null,
    location: null,
    provider: 'stripe',
  }),
  tax_ids: ({ id }) => emptyList(`/v1/customers/${id}/tax_ids`),
  test_clock: () => null,
};

/**
 * A customer with what `expand` asks for.
 *
 * @param prefix - where the customer is in the answer: `''`, `'data.'` of a list, `'customer.'` of a session
 */
export function expandCustomer(
  customer: CustomerObject,
  expand: readonly string[] = [],
  prefix = '',
): CustomerObject {
  requireExpandable(expand, prefix);
  const expanded = { ...customer };
  for (const path of expand) {
    const name = path.slice(prefix.length);
    expanded[name] = FIELDS[name]?.(customer);
  }
  return expanded;
}

/** Refuses what `expand` cannot ask for; for use before anything is changed. */
export function requireExpandable(expand: readonly string[] = [], prefix = ''): void {
  for (const [index, path] of expand.entries()) {
    if (!path.startsWith(prefix) || !Object.hasOwn(FIELDS, path.slice(prefix.length))) {
      throw notExpandable(index, path);
    }
  }
}

export function notExpandable(index: number, path: string): Error {
  return invalidParam(`expand[${index}]`, `This property cannot be expanded (${path.slice(0, 64)}).`);
}

function emptyList(url: string): Record<string, unknown> {
  return { object: 'list', data: [], has_more: false, url };
}
