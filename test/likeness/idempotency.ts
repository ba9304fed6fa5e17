import type { Behaviour } from './behaviour.js';
import { refusal, type Stripe } from './target.js';

const CREATE = 'POST /v1/customers';
const MISMATCH = { status: 400, type: 'idempotency_error' };

async function firstAndAgain(stripe: Stripe, between?: (id: string) => Promise<unknown>) {
  const request = { params: { name: 'Ada', metadata: { a: '1' } }, headers: stripe.freshKey() };
  const first = await stripe.call(CREATE, request);
  await between?.(String(first.body.id));
  // The same parameters in another order.
  const params = { metadata: { a: '1' }, name: 'Ada' };
  return {
    first,
    again: await stripe.call(CREATE, { ...request, params }),
    key: request.headers['idempotency-key'],
  };
}

/** `Idempotency-Key` (https://docs.stripe.com/api/idempotent_requests). */
export const idempotency: readonly Behaviour[] = [
  {
    does: 'a repeated key gives the first answer again, and says so',
    observe: async (stripe) => {
      const { first, again } = await firstAndAgain(stripe);
      return {
        same: first.body.id === again.body.id,
        replayed: [first, again].map(({ headers }) => headers.get('idempotent-replayed')),
      };
    },
    stripe: { same: true, replayed: [null, 'true'] },
  },
  {
    does: 'each answer of a POST echoes its key',
    observe: async (stripe) => {
      const { first, again, key } = await firstAndAgain(stripe);
      const headers = stripe.freshKey();
      const refused = await stripe.call(CREATE, { params: { nickname: 'Ada' }, headers });
      const echo = [first, again, refused].map((answer) => answer.headers.get('idempotency-key'));
      return [echo[0] === key, echo[1] === key, echo[2] === headers['idempotency-key']];
    },
    stripe: [true, true, true],
  },
  {
    does: 'a replay names the request that it repeats',
    observe: async (stripe) => {
      const { first, again } = await firstAndAgain(stripe);
      const id = first.headers.get('request-id');
      return id !== null && again.headers.get('original-request') === id;
    },
    stripe: true,
  },
  {
    does: 'a replay brings a deleted customer back',
    observe: async (stripe) => {
      const { first, again } = await firstAndAgain(stripe, (id) => stripe.call(`DELETE /v1/customers/${id}`));
      return [again.status, again.body.id === first.body.id, again.body.deleted ?? false];
    },
    stripe: [200, true, false],
  },
  {
    does: 'a key with other parameters is refused',
    observe: async (stripe) => {
      const headers = stripe.freshKey();
      await stripe.call(CREATE, { params: { name: 'Ada' }, headers });
      return refusal(await stripe.call(CREATE, { params: { name: 'Bob' }, headers }));
    },
    stripe: MISMATCH,
  },
  {
    does: 'a key for another endpoint is refused',
    observe: async (stripe) => {
      const headers = stripe.freshKey();
      const { body } = await stripe.call(CREATE, { params: { name: 'Ada' }, headers });
      const route = `POST /v1/customers/${String(body.id)}`;
      return refusal(await stripe.call(route, { params: { name: 'Ada' }, headers }));
    },
    stripe: MISMATCH,
  },
  {
    does: 'parameters that were refused leave the key unused',
    observe: async (stripe) => {
      const headers = stripe.freshKey();
      const refused = await stripe.call(CREATE, { params: { nickname: 'Ada' }, headers });
      return [refused.status, (await stripe.call(CREATE, { params: { name: 'Ada' }, headers })).status];
    },
    stripe: [400, 200],
  },
  {
    does: 'requests at once with one key make one customer; the others get it, or 409',
    observe: async (stripe) => {
      const request = { params: { name: 'Ada' }, headers: stripe.freshKey() };
      const answers = await Promise.all(Array.from({ length: 5 }, () => stripe.call(CREATE, request)));
      const made = answers.filter(({ status }) => status === 200);
      return {
        customers: new Set(made.map(({ body }) => body.id)).size,
        others: answers.every(
          ({ status, body }) =>
            status === 200 || (status === 409 && body.error?.type === 'idempotency_error'),
        ),
      };
    },
    stripe: { customers: 1, others: true },
  },
  {
    does: 'a session’s key gives the same secret again',
    observe: async (stripe) => {
      const params = { customer: await stripe.customer(), components: { buy_button: { enabled: true } } };
      const request = { params, headers: stripe.freshKey() };
      const one = await stripe.call('POST /v1/customer_sessions', request);
      const two = await stripe.call('POST /v1/customer_sessions', request);
      return one.status === 200 && one.body.client_secret === two.body.client_secret;
    },
    stripe: true,
  },
  {
    does: 'a key has 255 characters at most',
    observe: async (stripe) => {
      const prefix = stripe.freshKey()['idempotency-key'];
      const status = async (length: number) =>
        (await stripe.call(CREATE, { headers: { 'idempotency-key': prefix.padEnd(length, '-') } })).status;
      return [await status(255), await status(256)];
    },
    stripe: [200, 400],
  },
];
