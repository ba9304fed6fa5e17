import * as accepted from './customer-params.js';
import { invalidParam, noSuch } from './errors.js';
import { type ParamValues, readParams } from './params.js';
import type { ApiCall } from './routes.js';
import { matcher } from './search.js';
import type { CustomerRecord, EmulatorState } from './state.js';

type Answer = Record<string, unknown>;

/** What a field is after it was cleared by the empty string; `null` unless it is here. */
const CLEARED: Readonly<Record<string, unknown>> = {
  metadata: {},
  preferred_locales: [],
  tax_exempt: 'none',
};

/** Objects that the API attaches to a customer, of which the emulator has none. */
const ABSENT: Readonly<Record<string, string>> = {
  payment_method: 'PaymentMethod',
  source: 'token',
  default_source: 'source',
  test_clock: 'test clock',
};

/** `POST /v1/customers` */
export function createCustomer(state: EmulatorState, call: ApiCall): Answer {
  const params = readParams(call.form, accepted.createParams);
  const customer = state.addCustomer({ account: call.account, values: changes({}, params) });
  return customer.object;
}

/** `GET /v1/customers/{customer}` */
export function retrieveCustomer(state: EmulatorState, call: ApiCall): Answer {
  readParams(call.form, accepted.retrieveParams);
  const customer = state.find(call.id, call.account);
  if (!customer) throw missing(call.id);
  return customer.deleted ? tombstone(customer) : customer.object;
}

/** `POST /v1/customers/{customer}` */
export function updateCustomer(state: EmulatorState, call: ApiCall): Answer {
  const customer = existing(state, call);
  const params = readParams(call.form, accepted.updateParams);
  return Object.assign(customer.object, changes(customer.object, params));
}

/** `DELETE /v1/customers/{customer}` */
export function deleteCustomer(state: EmulatorState, call: ApiCall): Answer {
  readParams(call.form, {});
  const customer = existing(state, call);
  customer.deleted = true;
  customer.paymentMethods.length = 0;
  return tombstone(customer);
}

/** `GET /v1/customers` */
export function listCustomers(state: EmulatorState, call: ApiCall): Answer {
  const params = readParams(call.form, accepted.listParams);
  refuseAbsent(params);
  const { email, created, limit = 10, starting_after: after, ending_before: before } = params;
  if (after !== undefined && before !== undefined) {
    throw invalidParam('ending_before', 'Pass starting_after or ending_before, not both.');
  }
  let rows = newestFirst(state, call).filter(
    ({ object }) =>
      (email === undefined || object.email === email) && within(Number(object.created), created),
  );
  if (typeof after === 'string') rows = rows.slice(indexOf(rows, after, 'starting_after') + 1);
  // Paging backwards gives the rows next to the cursor, still newest first.
  const wanted = typeof before === 'string' ? rows.slice(0, indexOf(rows, before, 'ending_before')) : rows;
  const data = typeof before === 'string' ? wanted.slice(-Number(limit)) : wanted.slice(0, Number(limit));
  return {
    object: 'list',
    data: data.map(({ object }) => object),
    has_more: wanted.length > data.length,
    url: '/v1/customers',
  };
}

/** `GET /v1/customers/search`: without the lag of Stripe's own index. */
export function searchCustomers(state: EmulatorState, call: ApiCall): Answer {
  const params = readParams(call.form, accepted.searchParams, ['query']);
  const { query, limit = 10, page } = params;
  const matches = newestFirst(state, call)
    .map(({ object }) => object)
    .filter(matcher(String(query)));
  const start = page === undefined ? 0 : Number(page);
  if (!Number.isSafeInteger(start) || start < 0) throw invalidParam('page', 'Invalid page');
  const end = start + Number(limit);
  return {
    object: 'search_result',
    data: matches.slice(start, end),
    has_more: matches.length > end,
    next_page: matches.length > end ? String(end) : null,
    url: '/v1/customers/search',
  };
}

// The parameters as fields of the customer object.
function changes(object: Answer, params: ParamValues): Answer {
  refuseAbsent(params);
  const { expand: _expand, tax: _tax, cash_balance: _cash, tax_id_data: _taxIds, ...fields } = params;
  if (typeof fields.email === 'string' && fields.email !== '' && !/^[^\s@]+@[^\s@]+$/.test(fields.email)) {
    throw invalidParam('email', `Invalid email address: ${fields.email}`, 'email_invalid');
  }
  const changed: Answer = {};
  for (const [name, value] of Object.entries(fields)) {
    changed[name] = value === '' ? (CLEARED[name] ?? null) : value;
  }
  if (fields.metadata) changed.metadata = mergeMetadata(object.metadata, fields.metadata);
  if (fields.invoice_settings) changed.invoice_settings = invoiceSettings(object, fields.invoice_settings);
  return nullEmpty(changed);
}

function mergeMetadata(old: unknown, given: unknown): Answer {
  const merged = { ...(old as Answer | undefined), ...(given as Answer) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}

function invoiceSettings(object: Answer, given: unknown): Answer {
  const blank = { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null };
  return { ...blank, ...(object.invoice_settings as Answer | undefined), ...(given as Answer) };
}

// Cleared fields below the top are answered as null.
function nullEmpty(fields: Answer): Answer {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value === '') return [name, null];
      const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [name, nested ? nullEmpty(value as Answer) : value];
    }),
  );
}

function refuseAbsent(params: ParamValues): void {
  for (const [param, kind] of Object.entries(ABSENT)) {
    const id = params[param];
    if (typeof id === 'string' && id !== '') throw noSuch(kind, id, { status: 400, param });
  }
}

function existing(state: EmulatorState, call: ApiCall): CustomerRecord {
  const customer = state.find(call.id, call.account);
  if (!customer || customer.deleted) throw missing(call.id);
  return customer;
}

function missing(id: string): Error {
  return noSuch('customer', id, { status: 404, param: 'id' });
}

function tombstone({ id }: CustomerRecord): Answer {
  return { id, object: 'customer', deleted: true };
}

function newestFirst(state: EmulatorState, call: ApiCall): CustomerRecord[] {
  const rows = [...state.customers.values()].filter((row) => row.account === call.account && !row.deleted);
  return rows.toReversed();
}

function indexOf(rows: readonly CustomerRecord[], id: string, param: string): number {
  const index = rows.findIndex((row) => row.id === id);
  if (index === -1) throw noSuch('customer', id, { status: 400, param });
  return index;
}

function within(created: number, range: unknown): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range as Record<string, number>;
  return created > gt && created >= gte && created < lt && created <= lte;
}
