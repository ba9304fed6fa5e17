import type { Behaviour } from './behaviour.js';
import { refusal, type Stripe } from './target.js';

const CREATE = 'POST /v1/customers';
const MISSING = { status: 404, type: 'invalid_request_error', code: 'resource_missing', param: 'id' };

async function deleted(stripe: Stripe): Promise<string> {
  const id = await stripe.customer();
  await stripe.call(`DELETE /v1/customers/${id}`);
  return id;
}

/** /v1/customers (https://docs.stripe.com/api/customers). */
export const customers: readonly Behaviour[] = [
  {
    does: 'a customer is created with what was said of it',
    observe: async (stripe) => {
      const params = { email: 'likeness@example.com', name: 'Ada', metadata: { user: '1' } };
      const { status, body } = await stripe.call(CREATE, { params });
      const { object, email, name, metadata, livemode } = body;
      return {
        status,
        id: /^cus_[\w-]+$/.test(String(body.id)),
        object,
        email,
        name,
        metadata,
        livemode,
      };
    },
    stripe: {
      status: 200,
      id: true,
      object: 'customer',
      email: 'likeness@example.com',
      name: 'Ada',
      metadata: { user: '1' },
      livemode: false,
    },
  },
  {
    does: 'an update changes what it names; an empty text clears',
    observe: async (stripe) => {
      const created = await stripe.call(CREATE, { params: { name: 'Ada', metadata: { a: '1', b: '2' } } });
      const route = `POST /v1/customers/${String(created.body.id)}`;
      const { body } = await stripe.call(route, { params: { name: '', metadata: { a: '', c: '3' } } });
      return { name: body.name, metadata: body.metadata };
    },
    stripe: { name: null, metadata: { b: '2', c: '3' } },
  },
  {
    does: 'a deletion says so, and the customer is found as deleted',
    observe: async (stripe) => {
      const id = await stripe.customer();
      const gone = await stripe.call(`DELETE /v1/customers/${id}`);
      const found = await stripe.call(`GET /v1/customers/${id}`);
      return [gone, found].map(({ status, body }) => [status, body.object, body.deleted, body.id === id]);
    },
    stripe: [
      [200, 'customer', true, true],
      [200, 'customer', true, true],
    ],
  },
  {
    does: 'a deleted customer can be neither updated nor deleted',
    observe: async (stripe) => {
      const id = await deleted(stripe);
      const update = await stripe.call(`POST /v1/customers/${id}`, { params: { name: 'Ada' } });
      return [update, await stripe.call(`DELETE /v1/customers/${id}`)].map(refusal);
    },
    stripe: [MISSING, MISSING],
  },
  {
    does: 'a customer that there never was is missing',
    observe: async (stripe) => refusal(await stripe.call('GET /v1/customers/cus_LikenessUnknown')),
    stripe: MISSING,
  },
  {
    does: 'an unknown parameter is refused',
    observe: async (stripe) => refusal(await stripe.call(CREATE, { params: { nickname: 'Ada' } })),
    stripe: { status: 400, type: 'invalid_request_error', code: 'parameter_unknown', param: 'nickname' },
  },
  {
    does: 'what is no e-mail address is refused',
    observe: async (stripe) => refusal(await stripe.call(CREATE, { params: { email: 'likeness' } })),
    stripe: { status: 400, type: 'invalid_request_error', code: 'email_invalid', param: 'email' },
  },
  {
    does: 'a new customer has no payment methods',
    observe: async (stripe) => {
      const id = await stripe.customer();
      const { status, body } = await stripe.call(`GET /v1/customers/${id}/payment_methods`);
      return { status, object: body.object, data: body.data, has_more: body.has_more };
    },
    stripe: { status: 200, object: 'list', data: [], has_more: false },
  },
  {
    does: 'a page has 100 rows at most',
    observe: async (stripe) => {
      const id = await stripe.customer();
      const params = { limit: 101 };
      return refusal(await stripe.call(`GET /v1/customers/${id}/payment_methods`, { params }));
    },
    stripe: { status: 400, type: 'invalid_request_error', code: 'parameter_invalid_integer', param: 'limit' },
  },
];
