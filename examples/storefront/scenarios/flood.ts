import type { Scenario } from './scenario.js';

const REQUESTS = 100;

export const flood: Scenario = {
  id: 'flood',
  title: `A tab asks ${REQUESTS} times`,
  story:
    `A bug in a page, an effect that sets off itself, asks ${REQUESTS} times at once in Ada’s name. ` +
    'Stripe gives the whole shop 25 such calls a second.',
  outage: false,
  needsEmulator: false,
  async play(trial) {
    const server = await trial.open();
    const ada = await trial.signIn('ada');
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => trial.ask(server, ada)));
    const statuses = [...new Set(answers.map(({ status }) => status))];
    const count = (wanted: number | null) => answers.filter(({ status }) => status === wanted).length;
    const limited = answers.find(({ status }) => status === 429);
    const reached = trial.stripeCalls > 0 ? ` ${trial.stripeCalls} calls reached Stripe.` : '';
    return {
      answers: statuses.flatMap((wanted) => answers.find(({ status }) => status === wanted) ?? []),
      harm: limited === undefined,
      finding: limited
        ? `Who was refused is told when to come back: in ${limited.header('retry-after')} s.${reached} ` +
          'The limit counts by customer, so nobody else notices.'
        : `None was refused.${reached} What one tab uses up, all other buyers lack.`,
      outcome: statuses.map((status) => `${count(status)} × ${status ?? 'no answer'}`).join(', '),
    };
  },
};
