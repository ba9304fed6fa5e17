import { listParams, searchParams } from './customer-params.js';
import { refuseAbsent } from './customers.js';
import { invalidParam, noSuch } from './errors.js';
import { expandCustomer } from './expand.js';
import { type ParamValue, readParams } from './params.js';
import type { ApiCall } from './routes.js';
import { matcher } from './search.js';
import type { CustomerObject, EmulatorState } from './state.js';

/** `GET /v1/customers`: newest first. */
export function listCustomers(state: EmulatorState, call: ApiCall): Record<string, unknown> {
  const params = readParams(call.form, listParams);
  refuseAbsent(params);
  const { email, created, limit = 10, starting_after: after, ending_before: before } = params;
  if (after !== undefined && before !== undefined) {
    throw invalidParam('ending_before', 'Pass starting_after or ending_before, not both.');
  }
  const rows = newestFirst(state, call).filter(
    (row) => (email === undefined || row.email === email) && within(row.created, created),
  );
  const start = after === undefined ? 0 : indexOf(rows, after, 'starting_after') + 1;
  const end = before === undefined ? rows.length : indexOf(rows, before, 'ending_before');
  const wanted = rows.slice(start, end);
  // Paging backwards gives the rows next to the cursor, still newest first.
  const data = before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit);
  return {
    object: 'list',
    data: data.map((row) => expandCustomer(row, params.expand, 'data.')),
    has_more: wanted.length > data.length,
    url: '/v1/customers',
  };
}

/** `GET /v1/customers/search`: without the lag of Stripe's own index. */
export function searchCustomers(state: EmulatorState, call: ApiCall): Record<string, unknown> {
  const { query = '', limit = 10, page = '0', expand } = readParams(call.form, searchParams, ['query']);
  if (!/^\d{1,9}$/.test(page)) throw invalidParam('page', `Invalid page: ${page.slice(0, 64)}`);
  const matches = newestFirst(state, call).filter(matcher(query));
  const start = Number(page);
  const end = start + limit;
  const more = matches.length > end;
  return {
    object: 'search_result',
    data: matches.slice(start, end).map((row) => expandCustomer(row, expand, 'data.')),
    has_more: more,
    next_page: more ? String(end) : null,
    url: '/v1/customers/search',
  };
}

function newestFirst(state: EmulatorState, call: ApiCall): CustomerObject[] {
  const rows = [...state.customers.values()].filter((row) => row.account === call.account && !row.deleted);
  return rows.map(({ object }) => object).toReversed();
}

function indexOf(rows: readonly CustomerObject[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1) throw noSuch('customer', id, { status: 400, param });
  return index;
}

function within(created: number, range: ParamValue<typeof listParams.created> | undefined): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return created > gt && created >= gte && created < lt && created <= lte;
}
