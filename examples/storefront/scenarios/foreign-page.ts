import cors from 'cors';
import type { Scenario } from './scenario.js';

const ORIGIN = 'https://blog.harbour.example';
const HEADERS = {
  origin: ORIGIN,
  'sec-fetch-site': 'same-site',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
};

export const foreignPage: Scenario = {
  id: 'foreign-page',
  title: 'A foreign page asks',
  story:
    'blog.harbour.example, an old blog of the shop, was taken over. Its page posts to the route while Ada reads it. ' +
    'A browser counts both as one site: Ada’s cookie goes along, SameSite=Strict or not. In front of both routes ' +
    'stands a cors() line that trusts the shop’s subdomains.',
  outage: false,
  needsEmulator: false,
  async play(trial) {
    const trustingCors = cors({ origin: /\.harbour\.example$/, credentials: true });
    const server = await trial.open(trustingCors);
    const answer = await trial.ask(server, await trial.signIn('ada'), { headers: HEADERS });
    const { secret } = answer;
    if (secret === undefined) {
      return {
        answers: [answer],
        harm: false,
        finding:
          'The browser says where a request comes from, and the router believes no page but the shop’s own. ' +
          `Nobody was looked up, and Stripe was asked ${trial.stripeCalls} times.`,
      };
    }
    const readable = answer.header('access-control-allow-origin') === ORIGIN;
    return {
      answers: [answer],
      harm: true,
      finding:
        `The attacker’s page has Ada’s secret${readable ? ', and the cors() line lets it read it' : ''}. ` +
        `With the secret it is shown ${trial.cards(secret)}.`,
    };
  },
};
