import type { Param } from '../testing/api-client.js';
import type { Behaviour } from './behaviour.js';
import { refusal, type Stripe } from './target.js';

const CREATE = 'POST /v1/customer_sessions';
const ELEMENT = { payment_element: { enabled: true } };

async function create(stripe: Stripe, components: Param, customer?: string) {
  const params = { customer: customer ?? (await stripe.customer()), components };
  return stripe.call(CREATE, { params });
}

function withFeatures(features: { [name: string]: Param }): Param {
  return { payment_element: { enabled: true, features } };
}

function refused(does: string, components: Param, param: string, code?: string): Behaviour {
  return {
    does,
    observe: async (stripe) => refusal(await create(stripe, components)),
    stripe: { status: 400, type: 'invalid_request_error', ...(code && { code }), param },
  };
}

/** POST /v1/customer_sessions (https://docs.stripe.com/api/customer_sessions/create and the OpenAPI description). */
export const sessions: readonly Behaviour[] = [
  {
    does: 'a session names its customer and has a secret for 30 minutes',
    observe: async (stripe) => {
      const customer = await stripe.customer();
      const { status, body } = await create(stripe, ELEMENT, customer);
      return {
        status,
        object: body.object,
        customer: body.customer === customer,
        secret: /^cuss_secret_[\w-]+$/.test(String(body.client_secret)),
        seconds: Number(body.expires_at) - Number(body.created),
        livemode: body.livemode,
      };
    },
    stripe: {
      status: 200,
      object: 'customer_session',
      customer: true,
      secret: true,
      seconds: 1800,
      livemode: false,
    },
  },
  {
    does: 'two sessions of a customer have two secrets',
    observe: async (stripe) => {
      const customer = await stripe.customer();
      const one = await create(stripe, ELEMENT, customer);
      const two = await create(stripe, ELEMENT, customer);
      return one.body.client_secret !== two.body.client_secret;
    },
    stripe: true,
  },
  {
    does: 'all seven components are answered, and which are enabled',
    observe: async (stripe) => {
      const { body } = await create(stripe, { ...ELEMENT, pricing_table: { enabled: true } });
      const components = Object.entries(Object(body.components));
      return Object.fromEntries(components.map(([name, component]) => [name, Object(component).enabled]));
    },
    stripe: {
      active_entitlements: false,
      buy_button: false,
      customer_portal: false,
      customer_sheet: false,
      mobile_payment_element: false,
      payment_element: true,
      pricing_table: true,
    },
  },
  {
    does: 'features that were left out are answered with their defaults',
    observe: async (stripe) => {
      const { body } = await create(stripe, ELEMENT);
      return Object(body.components).payment_element?.features ?? null;
    },
    stripe: {
      payment_method_allow_redisplay_filters: ['always'],
      payment_method_redisplay: 'disabled',
      payment_method_redisplay_limit: 3,
      payment_method_remove: 'disabled',
      payment_method_save: 'disabled',
      payment_method_save_usage: null,
    },
  },
  {
    does: 'a customer that there never was is missing',
    observe: async (stripe) => refusal(await create(stripe, ELEMENT, 'cus_LikenessUnknown')),
    stripe: { status: 400, type: 'invalid_request_error', code: 'resource_missing', param: 'customer' },
  },
  {
    does: 'a deleted customer is missing',
    observe: async (stripe) => {
      const customer = await stripe.customer();
      await stripe.call(`DELETE /v1/customers/${customer}`);
      return refusal(await create(stripe, ELEMENT, customer));
    },
    stripe: { status: 400, type: 'invalid_request_error', code: 'resource_missing', param: 'customer' },
  },
  refused('components are required', {}, 'components', 'parameter_missing'),
  {
    does: 'a customer is required',
    observe: async (stripe) => (await stripe.call(CREATE, { params: { components: ELEMENT } })).status,
    stripe: 400,
  },
  refused(
    'a component without enabled is refused',
    { payment_element: { features: { payment_method_save: 'enabled' } } },
    'components[payment_element][enabled]',
    'parameter_missing',
  ),
  refused('no component enabled is refused', { payment_element: { enabled: false } }, 'components'),
  refused(
    'an unknown component is refused',
    { ...ELEMENT, checkout_element: { enabled: true } },
    'components[checkout_element]',
    'parameter_unknown',
  ),
  refused(
    'an unknown feature is refused',
    withFeatures({ payment_method_forget: 'enabled' }),
    'components[payment_element][features][payment_method_forget]',
    'parameter_unknown',
  ),
  refused(
    'a gated feature is refused to an account that was not given it',
    withFeatures({ payment_method_remove_last: 'enabled' }),
    'components[payment_element][features][payment_method_remove_last]',
    'parameter_unknown',
  ),
  refused(
    'a value that a feature does not have is refused',
    withFeatures({ payment_method_save: 'always' }),
    'components[payment_element][features][payment_method_save]',
  ),
  {
    does: 'a redisplay limit is 10 at most',
    observe: async (stripe) => [
      (await create(stripe, withFeatures({ payment_method_redisplay_limit: 10 }))).status,
      (await create(stripe, withFeatures({ payment_method_redisplay_limit: 11 }))).status,
    ],
    stripe: [200, 400],
  },
  {
    does: 'save without a usage is left to Stripe.js',
    observe: async (stripe) =>
      (await create(stripe, withFeatures({ payment_method_save: 'enabled' }))).status,
    stripe: 200,
  },
];
