import type { ApiCall, ApiObject } from './call.js';
import { createParams, updateParams } from './customer-params.js';
import { invalidParam, noSuch } from './errors.js';
import { page, pageParams } from './lists.js';
import { readParams, text, type Values } from './params.js';
import { type CustomerObject, type CustomerRecord, type EmulatorState, markDeleted } from './state.js';

type Changes = Values<typeof createParams>;

/** What a field is after it was cleared by the empty string; `null` unless it is here, gone where `undefined`. */
const CLEARED: Readonly<Record<string, unknown>> = {
  business_name: undefined,
  individual_name: undefined,
  preferred_locales: [],
  tax_exempt: 'none',
};

/** `POST /v1/customers` */
export function createCustomer(state: EmulatorState, call: ApiCall): ApiObject {
  const params = readParams(call.form, createParams);
  return state.addCustomer({ account: call.account, values: changed(params) }).object;
}

/** `GET /v1/customers`: newest first. */
export function listCustomers(state: EmulatorState, call: ApiCall): ApiObject {
  const { email, ...cursor } = readParams(call.form, { ...pageParams, email: text(512) });
  const rows = [...state.customers.values()].filter(
    (row) => row.account === call.account && !row.deleted && (email ?? row.email) === row.email,
  );
  const objects = rows.map(({ object }) => object).toReversed();
  return page(objects, cursor, { kind: 'customer', url: '/v1/customers' });
}

/** `GET /v1/customers/{customer}` */
export function retrieveCustomer(state: EmulatorState, call: ApiCall): ApiObject {
  readParams(call.form, {});
  const customer = state.find(call.id, call.account);
  if (!customer) throw missing(call.id);
  return customer.deleted ? tombstone(customer) : customer.object;
}

/** `POST /v1/customers/{customer}` */
export function updateCustomer(state: EmulatorState, call: ApiCall): ApiObject {
  const customer = existing(state, call);
  customer.object = { ...customer.object, ...changed(readParams(call.form, updateParams), customer) };
  return customer.object;
}

/** `DELETE /v1/customers/{customer}` */
export function deleteCustomer(state: EmulatorState, call: ApiCall): ApiObject {
  readParams(call.form, {});
  const customer = existing(state, call);
  markDeleted(customer);
  return tombstone(customer);
}

/** The customer of the path. Throws Stripe's 404 where there is none or no more. */
export function existing(state: EmulatorState, call: ApiCall): CustomerRecord {
  const customer = state.find(call.id, call.account);
  if (!customer || customer.deleted) throw missing(call.id);
  return customer;
}

// The parameters as fields of the customer object.
function changed(params: Changes, customer?: CustomerRecord): Partial<CustomerObject> {
  // Checked, and without a trace in the plain object.
  const { tax: _tax, cash_balance: _cash, tax_id_data: _ids, metadata, ...fields } = params;
  const { invoice_settings: settings, email } = fields;
  const defaultMethod = settings?.default_payment_method;
  if (defaultMethod !== undefined && !customer?.paymentMethods.some(({ id }) => id === defaultMethod)) {
    const param = 'invoice_settings[default_payment_method]';
    throw noSuch('PaymentMethod', defaultMethod, { status: 400, param });
  }
  if (email && !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw invalidParam('email', `Invalid email address: ${email}`, 'email_invalid');
  }
  return {
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleared(name, value)])),
    ...(metadata !== undefined && { metadata: merged(customer?.metadata, metadata) }),
    ...(settings && { invoice_settings: { ...customer?.object.invoice_settings, ...nullEmpty(settings) } }),
  };
}

function merged(old: Readonly<Record<string, string>> = {}, given: Readonly<Record<string, string>> | '') {
  if (given === '') return {};
  return Object.fromEntries(Object.entries({ ...old, ...given }).filter(([, value]) => value !== ''));
}

function cleared(name: string, value: unknown): unknown {
  if (value === '' && Object.hasOwn(CLEARED, name)) return CLEARED[name];
  return nullEmpty(value);
}

// Cleared fields below the top are answered as null.
function nullEmpty<Value>(value: Value): Value | null {
  if (value === '') return null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, nullEmpty(child)])) as Value;
}

function missing(id: string): Error {
  return noSuch('customer', id, { status: 404, param: 'id' });
}

function tombstone({ id }: CustomerRecord): ApiObject {
  return { id, object: 'customer', deleted: true };
}
