import type { Scenario } from './scenario.js';

export const plainHttp: Scenario = {
  id: 'plain-http',
  title: 'Plain http',
  story:
    'A load balancer passes on what comes without TLS, and nobody redirects. Ada’s page was opened over http, her ' +
    'cookie was set without Secure, and somebody in her network reads along.',
  outage: false,
  needsEmulator: false,
  async play(trial) {
    const server = await trial.openPlain();
    // A page on plain http sends an Origin and no Sec-Fetch header.
    const headers = { origin: 'http://shop.harbour.example' };
    const answer = await trial.ask(server, await trial.signIn('ada'), { headers });
    return answer.secret === undefined
      ? {
          answers: [answer],
          harm: false,
          finding: `No secret was made: Stripe was asked ${trial.stripeCalls} times. It is never a redirect, which would hide the fault.`,
        }
      : {
          answers: [answer],
          harm: true,
          finding: `The secret went over the wire in clear text. Whoever reads along is shown ${trial.cards(answer.secret)}.`,
        };
  },
};
