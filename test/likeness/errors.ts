import type { Behaviour } from './behaviour.js';
import { refusal } from './target.js';

const UNKNOWN = 'GET /v1/customers/cus_LikenessUnknown';
const INVALID = 'invalid_request_error';

/** Errors of all endpoints (https://docs.stripe.com/api/errors). */
export const errors: readonly Behaviour[] = [
  {
    does: 'a request without a key is refused',
    observe: async (stripe) => refusal(await stripe.call(UNKNOWN, { key: null })),
    stripe: { status: 401, type: INVALID },
  },
  {
    does: 'a key that is none is refused',
    observe: async (stripe) => refusal(await stripe.call(UNKNOWN, { key: 'sk_test_likenessNobodyHasThis' })),
    stripe: { status: 401, type: INVALID },
  },
  {
    does: 'an endpoint that there is not is not found',
    observe: async (stripe) => refusal(await stripe.call('GET /v1/customer_likenesses')),
    stripe: { status: 404, type: INVALID },
  },
  {
    does: 'a version that there is not is refused',
    observe: async (stripe) =>
      refusal(await stripe.call(UNKNOWN, { headers: { 'stripe-version': 'latest' } })),
    stripe: { status: 400, type: INVALID },
  },
  {
    does: 'a body of JSON is refused',
    observe: async (stripe) => {
      const headers = { 'content-type': 'application/json' };
      return refusal(await stripe.call('POST /v1/customers', { headers, params: { name: 'Ada' } }));
    },
    stripe: { status: 400, type: INVALID },
  },
  {
    does: 'every answer has a request id of its own',
    observe: async (stripe) => {
      const ids = [
        await stripe.call(UNKNOWN),
        await stripe.call(UNKNOWN),
        await stripe.call(UNKNOWN, { key: null }),
      ];
      return new Set(ids.map(({ headers }) => headers.get('request-id'))).size;
    },
    stripe: 3,
  },
  {
    does: 'an answer names the version that was asked for',
    observe: async (stripe) => {
      const { headers } = await stripe.call(UNKNOWN, { headers: { 'stripe-version': '2025-09-30.clover' } });
      return headers.get('stripe-version');
    },
    stripe: '2025-09-30.clover',
  },
];
