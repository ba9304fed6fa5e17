import type { Scenario } from './scenario.js';

const PATIENCE_MS = 5_000;
// Stripe-node's defaults, which its guide leaves as they are: 80 s for each try, and two more tries.
const NAIVE_WAITS_S = 80 * 3;

export const stripeHangs: Scenario = {
  id: 'stripe-hangs',
  title: 'Stripe hangs',
  story: 'Stripe takes the request and says nothing more. Ada waits in front of her checkout.',
  outage: true,
  needsEmulator: true,
  together: true,
  fault: async () => ({ hang: true }),
  async play(trial) {
    const server = await trial.open();
    const answer = await trial.ask(server, await trial.signIn('ada'), { patienceMs: PATIENCE_MS });
    const took = `${(answer.ms / 1000).toFixed(1)} s`;
    return answer.status === null
      ? {
          answers: [answer],
          harm: true,
          finding:
            `Nothing after ${took}, when this demo stopped waiting. stripe-node waits up to ${NAIVE_WAITS_S} s, ` +
            'and all that time a page written after the guide shows no form to pay with.',
          outcome: `no answer in ${took}`,
        }
      : {
          answers: [answer],
          harm: false,
          finding:
            `Answered after ${took}: the deadline covers all that the route does. ` +
            'The page does not wait even that long for its form.',
        };
  },
};
