import type { ApiCall, ApiObject } from './call.js';
import { existing } from './customers.js';
import { page, pageParams } from './lists.js';
import { oneOf, readParams, text } from './params.js';
import type { CustomerRecord, EmulatorState } from './state.js';
import type { StripeEmulatorPaymentMethod } from './types.js';

const listParams = {
  ...pageParams,
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  type: text(),
};

/** `GET /v1/customers/{customer}/payment_methods`, in the order in which they were added. */
export function listPaymentMethods(state: EmulatorState, call: ApiCall): ApiObject {
  const customer = existing(state, call);
  const { allow_redisplay: redisplay, type, ...cursor } = readParams(call.form, listParams);
  const rows = customer.paymentMethods
    .filter(
      (row) => (redisplay ?? row.allowRedisplay) === row.allowRedisplay && (type ?? row.type) === row.type,
    )
    .map((method) => paymentMethod(method, customer));
  return page(rows, cursor, { kind: 'PaymentMethod', url: `/v1/customers/${customer.id}/payment_methods` });
}

function paymentMethod(method: StripeEmulatorPaymentMethod, customer: CustomerRecord): ApiObject {
  const { id, type, allowRedisplay, brand, last4, expMonth, expYear } = method;
  const card = { brand, country: 'US', exp_month: expMonth, exp_year: expYear, funding: 'credit', last4 };
  return {
    id,
    object: 'payment_method',
    allow_redisplay: allowRedisplay,
    billing_details: { address: null, email: customer.email, name: customer.name, phone: null },
    created: customer.object.created,
    customer: customer.id,
    customer_account: customer.customerAccount,
    livemode: customer.object.livemode,
    metadata: {},
    type,
    [type]: type === 'card' ? card : {},
  };
}
