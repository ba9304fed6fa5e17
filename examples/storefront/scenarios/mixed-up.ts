import type { Scenario } from './scenario.js';

const STRANGER = 'Grace';

export const mixedUp: Scenario = {
  id: 'mixed-up',
  title: 'Customers get mixed up',
  story:
    'Something between the shop and Stripe, a proxy or a cache, gives an answer to the wrong request: ' +
    `Ada asks for her session, and what comes back is ${STRANGER}’s.`,
  outage: true,
  needsEmulator: true,
  async fault({ emulator, stripe }) {
    const { id: customer } = emulator.addCustomer({
      name: STRANGER,
      paymentMethods: [{ brand: 'discover', last4: '1117', expMonth: 2, expYear: 2032 }],
    });
    const components = {
      payment_element: { enabled: true, features: { payment_method_redisplay: 'enabled' } },
    } as const;
    const { client_secret } = await stripe.customerSessions.create({ customer, components });
    return { transform: (session) => ({ ...session, customer, client_secret }) };
  },
  async play(trial) {
    const answer = await trial.ask(await trial.open(), await trial.signIn('ada'));
    const { secret } = answer;
    return secret === undefined
      ? {
          answers: [answer],
          harm: false,
          finding:
            'The answer named another customer than was asked for, so its secret was dropped. ' +
            'The checkout goes on with the form for a new card.',
        }
      : {
          answers: [answer],
          harm: true,
          finding: `Ada was given ${STRANGER}’s secret. Her checkout shows her ${trial.cards(secret)}.`,
        };
  },
};
