import type { Figure } from '../figures.js';
import { median, quantile, sleep, spread } from '../stats.js';
import type { Rival, World } from '../world.js';

const ROUND_TRIP_MS = 80;
const NAMES = ['guide', 'router'];

/** The first request after boot, and one after 6 s without any, against the warm median of the same process. */
export async function idleScenario(world: World, boots: number): Promise<Figure[]> {
  const upstream = await world.upstream({ roundTripMs: ROUND_TRIP_MS });
  const first = new Map(NAMES.map((name) => [name, [] as number[]]));
  const idle = new Map(NAMES.map((name) => [name, [] as number[]]));
  for (let boot = 0; boot < boots; boot += 1) {
    for (const name of NAMES) {
      const rival = await world.rival({ rival: name, upstreamPort: upstream.port, warmUp: true });
      const { ms } = await rival.load.send();
      const warm = await warmMedian(rival);
      first.get(name)?.push(ms / warm);
      await sleep(6_000);
      const after = await rival.load.send();
      idle.get(name)?.push(after.ms / warm);
      await rival.stop();
    }
  }
  const figure = (scenario: string, ratios: Map<string, number[]>): Figure => ({
    scenario,
    measure: '÷ warm p50',
    goal: 1.1,
    ours: median(ratios.get('router') ?? []),
    guide: median(ratios.get('guide') ?? []),
    spread: spread(ratios.get('router') ?? []),
  });
  return [
    figure(`first request after boot and warmUp(), ${ROUND_TRIP_MS} ms round trip`, first),
    figure('request after 6 s idle, upstream keeps sockets 75 s', idle),
  ];
}

async function warmMedian(rival: Rival): Promise<number> {
  const times: number[] = [];
  for (let request = 0; request < 15; request += 1) times.push((await rival.load.send()).ms);
  return median(times);
}

/** Requests as far apart as the upstream keeps sockets: some meet one that is being closed. */
export async function closingScenario(world: World, perLane: number): Promise<Figure[]> {
  const upstream = await world.upstream({ roundTripMs: 20, delayMs: 150, keepAliveMs: 1_000 });
  const lanes = 24;
  const p99 = new Map<string, number>();
  const failures = new Map<string, number>();
  for (const name of NAMES) {
    const rival = await world.rival({ rival: name, upstreamPort: upstream.port, lanes });
    const warm = await warmMedian(rival);
    const times: number[] = [];
    let failed = 0;
    const lane = async (index: number) => {
      const path = `/customer-session/${index}`;
      await rival.load.send(path);
      for (let request = 0; request < perLane; request += 1) {
        await sleep(880 + Math.random() * 180);
        const { status, ms } = await rival.load.send(path);
        times.push(ms);
        if (status !== 200) failed += 1;
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
    await rival.stop();
    p99.set(name, quantile(times, 0.99) / warm);
    failures.set(name, failed);
  }
  const scenario = 'upstream closes idle sockets at 1 s, requests 0.88 to 1.06 s apart, 20 ms round trip';
  const figure = (measure: string, goal: number, of: Map<string, number>): Figure => ({
    scenario,
    measure,
    goal,
    ours: of.get('router') ?? Number.NaN,
    guide: of.get('guide') ?? Number.NaN,
  });
  return [figure('failures', 0, failures), figure('p99 ÷ warm p50', 1.5, p99)];
}
