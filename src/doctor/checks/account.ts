import type { Settings } from '../arguments.js';
import type { Diagnosis, World } from '../doctor.js';
import { unchecked } from '../findings.js';
import { examineCustomer } from './customer.js';
import { checkApiVersion, checkPermission, examineKey } from './key.js';

/** The key and, where it may be used, what Stripe says to it and of the customer. */
export async function examineAccount(settings: Settings, { env, say }: World): Promise<Diagnosis> {
  const { stripe, outcomes } = examineKey({
    key: env.STRIPE_SECRET_KEY,
    production: env.NODE_ENV === 'production',
    live: settings.live,
    api: settings.api,
  });
  const { customer } = settings;
  if (stripe === undefined) {
    const left =
      customer === undefined ? [] : [unchecked('Saved payment methods', 'needs a key that may be used')];
    return { outcomes: [...outcomes, ...left] };
  }
  try {
    say('Asking Stripe for a session of a customer that does not exist (nothing is created) …');
    outcomes.push(...checkApiVersion(stripe), ...(await checkPermission(stripe)));
    if (customer === undefined) return { outcomes };
    say("Asking Stripe for the customer's payment methods …");
    const exam = await examineCustomer(stripe, customer, settings);
    return { methods: exam.methods, outcomes: [...outcomes, ...exam.outcomes] };
  } finally {
    await stripe.close();
  }
}
