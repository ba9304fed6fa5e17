import type { StripeTrace } from '../../core/problem.js';
import { createStripe, keyModeOf, type OwnStripe } from '../../stripe/client.js';
import { problemFromStripe } from '../../stripe/failures.js';
import { found, good, type Outcome, unchecked } from '../findings.js';

/** No customer has an id of this form, so a session for it is always refused. */
const NOBODY = 'cus_doctorAsksForNobody';

/** What the key in the environment says of itself, and the client that may be used with it. */
export interface KeyExam {
  outcomes: Outcome[];
  /** `undefined` where Stripe is not to be asked. */
  stripe?: OwnStripe;
}

export interface KeySettings {
  key: string | undefined;
  production: boolean;
  live: boolean;
  api: URL | undefined;
}

/** The key's kind and mode; a live one is used with `--live` alone. */
export function examineKey({ key, production, live, api }: KeySettings): KeyExam {
  if (key === undefined || key === '') {
    return { outcomes: [unchecked('The key and Stripe', 'STRIPE_SECRET_KEY is not set in this shell')] };
  }
  if (key.startsWith('pk_')) return { outcomes: [found('publishable-key', 'It begins pk_.')] };
  if (!/^[sr]k_\w+$/.test(key)) {
    return { outcomes: [found('unusable-key', 'It is not of the form sk_… or rk_…')] };
  }
  const stripe = clientOf(key, api);
  if (stripe === undefined) {
    return { outcomes: [unchecked('The key and Stripe', 'no client can be made with the installed stripe')] };
  }
  const { livemode } = keyModeOf(stripe) ?? {};
  const kind = `a ${key.startsWith('rk_') ? 'restricted' : 'secret'} key, ${livemode ? 'live' : 'test'} mode`;
  if (!livemode || live) return { stripe, outcomes: [good(`STRIPE_SECRET_KEY is ${kind}.`)] };
  const outcomes = production
    ? []
    : [found('live-key-in-development', `It is ${kind}; NODE_ENV is not "production".`)];
  return {
    outcomes: [...outcomes, unchecked('Whether Stripe takes the key', 'it is a live key; add --live')],
  };
}

function clientOf(key: string, api: URL | undefined): OwnStripe | undefined {
  const target =
    api === undefined
      ? {}
      : {
          protocol: api.protocol === 'http:' ? ('http' as const) : ('https' as const),
          host: api.hostname,
          port: Number(api.port || (api.protocol === 'http:' ? 80 : 443)),
        };
  try {
    return createStripe(key, target);
  } catch {
    return undefined;
  }
}

/** Asks for a session of a customer that cannot exist: refused for the customer, the key may create sessions. */
export async function checkPermission(stripe: OwnStripe): Promise<Outcome[]> {
  try {
    await stripe.customerSessions.create({
      customer: NOBODY,
      components: { payment_element: { enabled: true } },
    });
    return [found('not-stripe', 'A session was created.')];
  } catch (error) {
    return [permissionOutcome(error)];
  }
}

function permissionOutcome(error: unknown): Outcome {
  const { code, reason = 'no answer', stripe } = problemFromStripe(error);
  if (code === 'no_customer') return good('The key may create customer sessions.');
  switch (stripe.stripeStatus) {
    case undefined:
      return found('stripe-unreachable', `The connection failed: ${reason}.`);
    case 401:
      return found('key-refused', 'Stripe answered 401.');
    case 403:
      return found('key-without-permission', 'Stripe answered 403 to POST /v1/customer_sessions.');
    case 429:
      return unchecked('Whether Stripe takes the key', 'Stripe answered 429: try again later');
    default:
      return found('stripe-refused', `Stripe answered ${wordsOf(stripe)}.`);
  }
}

function wordsOf({ stripeStatus, stripeCode, stripeParam, stripeRequestId }: StripeTrace): string {
  return [stripeStatus, stripeCode, stripeParam, stripeRequestId].filter(Boolean).join(', ');
}

/** The version of Stripe's API that stripe-node speaks. */
export function checkApiVersion(stripe: OwnStripe): Outcome[] {
  const version: unknown = stripe.getApiField('version');
  return [good(`Stripe's API version is ${String(version)}.`)];
}
