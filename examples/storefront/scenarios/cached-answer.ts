import { cachingProxy } from './caching-proxy.js';
import type { Scenario } from './scenario.js';

export const cachedAnswer: Scenario = {
  id: 'cached-answer',
  title: 'A proxy caches the answer',
  story:
    'A proxy in front of the shop keeps answers for a minute, those to POST included, by their URL. ' +
    'Ada asks, then Bob asks the same URL.',
  outage: false,
  needsEmulator: true,
  async play(trial) {
    const proxy = await trial.serve(cachingProxy(await trial.open()), trial.certificate);
    const adas = await trial.ask(proxy, await trial.signIn('ada'));
    const bobs = await trial.ask(proxy, await trial.signIn('bob'));
    const answers = [adas, bobs];
    const cache = `X-Cache: ${bobs.header('x-cache')}`;
    if (bobs.secret !== undefined && bobs.secret === adas.secret) {
      const finding = `Bob was given Ada’s secret out of the cache (${cache}). His checkout shows him ${trial.cards(bobs.secret)}.`;
      return { answers, harm: true, finding, outcome: `${bobs.status}, Ada’s secret` };
    }
    return {
      answers,
      harm: bobs.secret === undefined,
      finding:
        `Bob was given a secret of his own (${cache}), which shows him ${trial.cards(bobs.secret ?? '')}. ` +
        'Cache-Control: no-store keeps the answer out of caches, and Vary: * out of those that ignore it.',
      outcome: `${bobs.status}, Bob’s own secret`,
    };
  },
};
