import type { Scenario } from './scenario.js';

const LIST = new Intl.ListFormat('en');

export const customerDeleted: Scenario = {
  id: 'customer-deleted',
  title: 'The customer was deleted',
  story:
    'Somebody deleted Dora’s customer in Stripe’s dashboard; the shop’s database still has it. Dora comes back.',
  outage: false,
  needsEmulator: true,
  async play(trial) {
    const answer = await trial.ask(await trial.open(), await trial.signIn('dora'));
    const told = [
      /cus_\w+/.test(answer.body) ? 'her customer id' : '',
      /\bat .*\.[cm]?[jt]s/.test(answer.body) ? 'the shop’s file paths' : '',
      answer.header('request-id') === undefined ? '' : 'Stripe’s own headers',
    ].filter((part) => part !== '');
    return {
      answers: [answer],
      harm: told.length > 0,
      finding:
        told.length > 0
          ? `Stripe’s error went through Express to the browser, with ${LIST.format(told)}. The page gets no JSON that it could read.`
          : 'Stripe’s “no such customer” became a code of the router’s own, which the page’s client reads as: go on without saved cards. ' +
            'Nothing of Stripe’s error went out.',
    };
  },
};
