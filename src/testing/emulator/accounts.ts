import { type ApiCall, type ApiObject, nulls } from './call.js';
import { refused } from './errors.js';
import { newId } from './ids.js';
import { any, metadata, object, readParams, text } from './params.js';
import type { EmulatorState, NewCustomer, StoredObject } from './state.js';

const createParams = {
  configuration: object({ customer: any, merchant: any, recipient: any }),
  contact_email: text(),
  contact_phone: text(),
  dashboard: text(),
  defaults: any,
  display_name: text(),
  identity: any,
  metadata,
};

/** `POST /v2/core/accounts` */
export function createAccount(state: EmulatorState, call: ApiCall): ApiObject {
  const params = readParams(call.form, createParams);
  const {
    configuration = {},
    contact_email: email = null,
    display_name: name = null,
    metadata: tags,
  } = params;
  const values = { email, name, metadata: tags || {} };
  return addAccount(state, { account: call.account, values }, Object.keys(configuration)).object;
}

/** `GET /v2/core/accounts/{account}` */
export function retrieveAccount(state: EmulatorState, call: ApiCall): ApiObject {
  readParams(call.form, {});
  const found = state.objects.get(call.id);
  if (found?.account === call.account && found.object.object === 'v2.core.account') return found.object;
  throw refused(404, `No such account: '${call.id}'`, { code: 'not_found' });
}

/** Adds an account, and the customer that stands behind it where it is configured as one. */
export function addAccount(
  state: EmulatorState,
  { id = newId('acct_', 16), ...customer }: NewCustomer,
  configurations: readonly string[],
): StoredObject {
  const { account, values } = customer;
  const answer = {
    id,
    object: 'v2.core.account',
    applied_configurations: configurations,
    closed: false,
    contact_email: values.email,
    created: new Date(state.config.now()).toISOString(),
    display_name: values.name,
    livemode: state.config.livemode,
    metadata: values.metadata,
    // Stripe answers these where `include` names them; the emulator has no caller that does.
    ...nulls('configuration dashboard defaults future_requirements identity requirements'),
  };
  const isCustomer = configurations.includes('customer');
  const behind = isCustomer ? state.addCustomer({ ...customer, customerAccount: id }) : undefined;
  const stored = { account, object: answer, customer: behind };
  state.objects.set(id, stored);
  return stored;
}
