import type { Figure } from '../figures.js';
import { openLoop, type Reply } from '../load.js';
import { quantile, secondsUntilWell, sleep } from '../stats.js';
import type { Rival, World } from '../world.js';

const RATE = 300;
const DEADLINE_S = 8;
const MEGABYTE = 1024 * 1024;

interface Timed extends Reply {
  /** When it was sent, in ms. */
  at: number;
}

/** Stripe accepts everything and answers nothing, while 300 requests a second come in; then it recovers. */
export async function hangScenario(world: World, hangS: number): Promise<Figure[]> {
  const upstream = await world.upstream({ delayMs: 20 });
  const router = await world.rival({ rival: 'router', upstreamPort: upstream.port });
  await offer(router, { seconds: 5 });
  const before = await router.child.call<number>('rss');
  await upstream.set({ hang: true });
  const hung = offer(router, { seconds: hangS });
  const other = otherRoute(router, hangS);
  const peak = peakRss(router, hangS);
  const shed = (await hung).filter(({ status }) => status === 503);
  const endedAt = performance.now();
  await upstream.set({ hang: false });
  const after = await offer(router, { seconds: DEADLINE_S * 2 + 2 });
  const growth = ((await peak) - before) / MEGABYTE;
  const otherTimes = await other;
  await router.stop();
  const scenario = `Stripe hangs for ${hangS} s, ${RATE} requests/s offered`;
  const p99 = (replies: readonly Reply[]) =>
    quantile(
      replies.map(({ ms }) => ms),
      0.99,
    );
  return [
    { scenario, measure: 'p99 of the 503s, ms', goal: 50, ours: p99(shed) },
    { scenario, measure: 'p99 of another route, ms', goal: 50, ours: p99(otherTimes) },
    { scenario, measure: 'growth of memory (peak), MB', goal: 60, ours: growth },
    {
      scenario: 'after the hang ends',
      measure: 'deadlines until 99% succeed',
      goal: 2,
      ours: secondsUntilWell(after, endedAt) / DEADLINE_S,
    },
  ];
}

async function offer(rival: Rival, { seconds }: { seconds: number }): Promise<Timed[]> {
  const replies: Timed[] = [];
  await openLoop({ rate: RATE, seconds }, async () => {
    const at = performance.now();
    replies.push({ ...(await rival.load.send()), at });
  });
  return replies;
}

async function otherRoute(rival: Rival, seconds: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let request = 0; request < seconds * 20; request += 1) {
    replies.push(await rival.load.get('/other'));
    await sleep(50);
  }
  return replies;
}

async function peakRss(rival: Rival, seconds: number): Promise<number> {
  let peak = 0;
  for (let second = 0; second < seconds; second += 1) {
    peak = Math.max(peak, await rival.child.call<number>('rss'));
    await sleep(1_000);
  }
  return peak;
}
