import * as accepted from './customer-params.js';
import { invalidParam, noSuch } from './errors.js';
import { expandCustomer, requireExpandable } from './expand.js';
import { type ParamValues, readParams } from './params.js';
import type { ApiCall } from './routes.js';
import { type CustomerObject, type CustomerRecord, type EmulatorState, markDeleted } from './state.js';

type Answer = Record<string, unknown>;
type Changes = Partial<ParamValues<typeof accepted.createParams & typeof accepted.updateParams>>;

/** What a field is after it was cleared by the empty string; `null` unless it is here, gone where `undefined`. */
const CLEARED: Readonly<Record<string, unknown>> = {
  business_name: undefined,
  individual_name: undefined,
  preferred_locales: [],
  tax_exempt: 'none',
};

/** `POST /v1/customers` */
export function createCustomer(state: EmulatorState, call: ApiCall): Answer {
  const params = readParams(call.form, accepted.createParams);
  const { object } = state.addCustomer({ account: call.account, values: changed(params) });
  return expandCustomer(object, params.expand);
}

/** `GET /v1/customers/{customer}` */
export function retrieveCustomer(state: EmulatorState, call: ApiCall): Answer {
  const params = readParams(call.form, accepted.retrieveParams);
  const customer = state.find(call.id, call.account);
  if (!customer) throw missing(call.id);
  return customer.deleted ? tombstone(customer) : expandCustomer(customer.object, params.expand);
}

/** `POST /v1/customers/{customer}` */
export function updateCustomer(state: EmulatorState, call: ApiCall): Answer {
  const customer = existing(state, call);
  const params = readParams(call.form, accepted.updateParams);
  customer.object = { ...customer.object, ...changed(params, customer) };
  return expandCustomer(customer.object, params.expand);
}

/** `DELETE /v1/customers/{customer}` */
export function deleteCustomer(state: EmulatorState, call: ApiCall): Answer {
  readParams(call.form, {});
  const customer = existing(state, call);
  markDeleted(customer);
  return tombstone(customer);
}

// The parameters as fields of the customer object.
function changed(params: Changes, customer?: CustomerRecord): Partial<CustomerObject> {
  refuseAbsent(params);
  requireExpandable(params.expand);
  // Validated, and without a trace in the plain object.
  const { expand: _, tax: _tax, cash_balance: _cash, tax_id_data: _ids, ...fields } = params;
  const { metadata, invoice_settings: invoiceSettings, email } = fields;
  const defaultMethod = invoiceSettings?.default_payment_method;
  if (defaultMethod !== undefined && !customer?.paymentMethods.some(({ id }) => id === defaultMethod)) {
    const param = 'invoice_settings[default_payment_method]';
    throw noSuch('PaymentMethod', defaultMethod, { status: 400, param });
  }
  if (email && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw invalidParam('email', `Invalid email address: ${email}`, 'email_invalid');
  }
  const values = Object.entries(fields).map(([name, value]) => {
    const cleared = value === '' && Object.hasOwn(CLEARED, name);
    return [name, cleared ? CLEARED[name] : nullEmpty(value)];
  });
  return {
    ...Object.fromEntries(values),
    ...(metadata !== undefined && { metadata: merged(customer?.metadata, metadata) }),
    ...(invoiceSettings && {
      invoice_settings: { ...customer?.object.invoice_settings, ...Object(nullEmpty(invoiceSettings)) },
    }),
  };
}

function merged(old: Readonly<Record<string, string>> = {}, given: Readonly<Record<string, string>> | '') {
  if (given === '') return {};
  return Object.fromEntries(Object.entries({ ...old, ...given }).filter(([, value]) => value !== ''));
}

// Cleared fields below the top are answered as null.
function nullEmpty(value: unknown): unknown {
  if (value === '') return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, nullEmpty(child)]));
}

/** Refuses the objects that the API would attach or filter by, of which the emulator has none. */
export function refuseAbsent(params: {
  readonly payment_method?: string;
  readonly source?: string;
  readonly default_source?: string;
  readonly test_clock?: string;
}): void {
  const absent = {
    payment_method: ['PaymentMethod', params.payment_method],
    source: ['token', params.source],
    default_source: ['source', params.default_source],
    test_clock: ['test clock', params.test_clock],
  } as const;
  for (const [param, [kind, id]] of Object.entries(absent)) {
    if (id !== undefined) throw noSuch(kind, id, { status: 400, param });
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
