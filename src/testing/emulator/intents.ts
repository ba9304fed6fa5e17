import { type ApiCall, type ApiObject, nulls } from './call.js';
import { noSuch } from './errors.js';
import { newId } from './ids.js';
import {
  any,
  boolean,
  integer,
  list,
  metadata,
  object,
  oneOf,
  readParams,
  text,
  type Values,
} from './params.js';
import type { EmulatorState } from './state.js';

const usage = oneOf('off_session', 'on_session');

// What a page with the Payment Element is prepared with. Nothing is confirmed here: that is Stripe.js's to do.
const sharedParams = {
  automatic_payment_methods: object({ allow_redirects: oneOf('always', 'never'), enabled: boolean }, [
    'enabled',
  ]),
  customer: text(),
  customer_account: text(),
  description: text(1000),
  metadata,
  payment_method_options: any,
  payment_method_types: list(text()),
};

const paymentParams = {
  ...sharedParams,
  amount: integer(1, 99_999_999),
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  currency: text(3),
  receipt_email: text(),
  setup_future_usage: usage,
  statement_descriptor: text(22),
  statement_descriptor_suffix: text(22),
};

const setupParams = { ...sharedParams, usage };

/** `POST /v1/payment_intents` */
export function createPaymentIntent(state: EmulatorState, call: ApiCall): ApiObject {
  const params = readParams(call.form, paymentParams, ['amount', 'currency']);
  return add(state, call, params, {
    object: 'payment_intent',
    amount: params.amount,
    amount_received: 0,
    capture_method: 'automatic_async',
    currency: params.currency,
    ...nulls('last_payment_error latest_charge receipt_email setup_future_usage'),
  });
}

/** `POST /v1/setup_intents` */
export function createSetupIntent(state: EmulatorState, call: ApiCall): ApiObject {
  const params = readParams(call.form, setupParams);
  return add(state, call, params, { object: 'setup_intent', last_setup_error: null, usage: 'off_session' });
}

/** `GET /v1/payment_intents/{intent}` */
export function retrievePaymentIntent(state: EmulatorState, call: ApiCall): ApiObject {
  return retrieve(state, call, 'payment_intent');
}

/** `GET /v1/setup_intents/{intent}` */
export function retrieveSetupIntent(state: EmulatorState, call: ApiCall): ApiObject {
  return retrieve(state, call, 'setup_intent');
}

function retrieve(state: EmulatorState, call: ApiCall, kind: string): ApiObject {
  readParams(call.form, { client_secret: text() });
  const found = state.objects.get(call.id);
  if (found?.account === call.account && found.object.object === kind) return found.object;
  throw noSuch(kind, call.id, { status: 404, param: 'intent' });
}

function add(
  state: EmulatorState,
  call: ApiCall,
  params: Values<typeof sharedParams>,
  own: ApiObject,
): ApiObject {
  const id = newId(own.object === 'payment_intent' ? 'pi_' : 'seti_', 24);
  const customer = state.named(params, call.account);
  const intent = {
    id,
    ...own,
    ...nulls('automatic_payment_methods canceled_at description next_action payment_method'),
    payment_method_options: {},
    payment_method_types: ['card'],
    ...params,
    client_secret: `${id}_secret_${newId('', 25)}`,
    created: Math.floor(state.config.now() / 1000),
    customer: params.customer ?? null,
    customer_account: customer?.customerAccount ?? null,
    livemode: state.config.livemode,
    metadata: params.metadata || {},
    status: 'requires_payment_method',
  };
  state.objects.set(id, { account: call.account, object: intent });
  return intent;
}
