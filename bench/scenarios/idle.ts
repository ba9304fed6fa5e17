import type { Figure } from '../figures.js';
import { median, quantile, sleep, spread } from '../stats.js';
import type { Rival, World } from '../world.js';

const ROUND_TRIP_MS = 80;
const NAMES = ['guide', 'router'];

/** The first request after boot and `warmUp()`, against the warm median of the same process. */
export async function firstScenario(world: World, boots: number): Promise<Figure[]> {
  const upstream = await world.upstream({ roundTripMs: ROUND_TRIP_MS });
  const ratios = new Map(NAMES.map((name) => [name, [] as number[]]));
  let version = '';
  for (let boot = 0; boot < boots; boot += 1) {
    for (const name of NAMES) {
      const rival = await world.rival({ rival: name, upstreamPort: upstream.port, warmUp: true });
      version = await rival.child.call<string>('version');
      const { ms } = await rival.load.send();
      ratios.get(name)?.push(ms / (await warmMedian(rival)));
      await rival.stop();
    }
  }
  return [
    {
      scenario: `first request after boot and warmUp(), ${ROUND_TRIP_MS} ms round trip, Node.js ${version}`,
      measure: '÷ warm p50',
      // Where code that runs for the first time takes longer to compile.
      goal: Number.parseInt(version, 10) >= 24 ? 1.15 : 1.3,
      ...medians(ratios),
    },
  ];
}

/** A quiet server: the upstream has closed every connection before the next request comes. */
export async function idleScenario(world: World, requests: number): Promise<Figure[]> {
  const upstream = await world.upstream({ roundTripMs: ROUND_TRIP_MS, keepAliveMs: 5_000 });
  const ratios = new Map<string, number[]>();
  const measure = async (name: string) => {
    const rival = await world.rival({ rival: name, upstreamPort: upstream.port });
    const warm = await warmMedian(rival);
    const times: number[] = [];
    for (let request = 0; request < requests; request += 1) {
      await sleep(6_000);
      const { status, ms } = await rival.load.send();
      if (status !== 200) throw new Error(`${name} answered ${status}`);
      times.push(ms / warm);
    }
    ratios.set(name, times);
    await rival.stop();
  };
  await Promise.all(NAMES.map(measure));
  return [
    {
      scenario: `upstream closes idle sockets at 5 s, one request every 6 s, ${ROUND_TRIP_MS} ms round trip`,
      measure: 'p50 ÷ warm p50',
      goal: 1.15,
      ...medians(ratios),
    },
  ];
}

function medians(ratios: ReadonlyMap<string, number[]>): Pick<Figure, 'ours' | 'guide' | 'spread'> {
  const of = (name: string) => ratios.get(name) ?? [];
  return { ours: median(of('router')), guide: median(of('guide')), spread: spread(of('router')) };
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
  const scenario =
    'dead sockets: upstream closes idle ones at 1 s, requests 0.88 to 1.06 s apart, 20 ms round trip';
  const figure = (measure: string, goal: number, of: Map<string, number>): Figure => ({
    scenario,
    measure,
    goal,
    ours: of.get('router') ?? Number.NaN,
    guide: of.get('guide') ?? Number.NaN,
  });
  return [figure('failures', 0, failures), figure('p99 ÷ warm p50', 1.5, p99)];
}
