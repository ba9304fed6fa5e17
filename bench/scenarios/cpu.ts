import type { Figure } from '../figures.js';
import type { ProfileEntry } from '../rival-process.js';
import { lowerQuartile, median, spread } from '../stats.js';
import type { Rival, World } from '../world.js';

const IN_FLIGHT = 32;
const RIVALS = ['floor', 'guide', 'guide + helmet + rate limit', 'fastify', 'hono', 'router'];
const LAYERS = ['floor', 'express + transport', 'express + transport + stripe-node', 'router'];

export interface CpuSettings {
  rounds: number;
  requests: number;
}

interface Measured {
  rival: Rival;
  /** µs per request, one number a round. */
  us: number[];
}

/** CPU per request of the server process, user and system, at 32 in flight over a TLS upstream without delay. */
export async function cpuScenario(
  world: World,
  settings: CpuSettings,
): Promise<{ figures: Figure[]; profile: ProfileEntry[] }> {
  const measured = await measureInTurn(world, RIVALS, settings);
  const of = (name: string) => measured.find(({ rival }) => rival.name === name)?.us ?? [];
  const router = measured.find(({ rival }) => rival.name === 'router')?.rival;
  const version = (await router?.child.call<string>('version')) ?? '';
  const profile = router ? await profileOf(router, settings.requests * 4) : [];
  for (const { rival } of measured) await rival.stop();
  const scenario = `${IN_FLIGHT} in flight, no delay, Node.js ${version}`;
  // Round by round, since both sides of a ratio then met the same machine.
  const ratios = (one: string, other: string) =>
    of(one).map((us, round) => us / (of(other)[round] ?? Number.NaN));
  const ratio = (other: string, goal: number): Figure => ({
    scenario,
    measure: `CPU per request ÷ ${other}`,
    goal,
    ours: median(ratios('router', other)),
    guide: median(ratios('guide', other)),
    spread: spread(ratios('router', other)),
  });
  return {
    profile,
    figures: [
      ratio('guide', 0.75),
      ratio('guide + helmet + rate limit', 0.6),
      // Express itself is dearer on Node.js 20: see bench/README.md.
      ratio('floor', Number.parseInt(version, 10) >= 24 ? 2.0 : 2.6),
      ...RIVALS.map((name) => ({
        scenario,
        measure: `CPU µs per request, ${name}`,
        ours: lowerQuartile(of(name)),
        spread: spread(of(name)),
      })),
    ],
  };
}

/** What each layer of our router adds to the floor. */
export async function layersScenario(world: World, settings: CpuSettings): Promise<Figure[]> {
  const measured = await measureInTurn(world, LAYERS, settings);
  for (const { rival } of measured) await rival.stop();
  return measured.map(({ rival, us }) => ({
    scenario: 'layers',
    measure: `CPU µs per request, ${rival.name}`,
    ours: lowerQuartile(us),
    spread: spread(us),
  }));
}

async function measureInTurn(
  world: World,
  names: readonly string[],
  { rounds, requests }: CpuSettings,
): Promise<Measured[]> {
  const upstream = await world.upstream();
  const measured: Measured[] = [];
  for (const name of names) {
    const rival = await world.rival({ rival: name, upstreamPort: upstream.port, capsRaised: true });
    await rival.load.closedLoop(IN_FLIGHT, requests * 2);
    measured.push({ rival, us: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    // Whoever comes first in one round comes last in the next.
    for (const one of round % 2 === 0 ? measured : [...measured].reverse()) {
      one.us.push(await cpuPerRequest(one.rival, IN_FLIGHT, requests));
    }
  }
  return measured;
}

/** The CPU µs that one request costs the server process. */
export async function cpuPerRequest(rival: Rival, inFlight: number, requests: number): Promise<number> {
  const before = await rival.child.call<number>('cpu');
  const replies = await rival.load.closedLoop(inFlight, requests);
  const after = await rival.child.call<number>('cpu');
  const failed = replies.find(({ status }) => status !== 200);
  if (failed) throw new Error(`${rival.name} answered ${failed.status}`);
  return (after - before) / requests;
}

async function profileOf(rival: Rival, requests: number): Promise<ProfileEntry[]> {
  await rival.child.call('startProfile');
  await rival.load.closedLoop(IN_FLIGHT, requests);
  return rival.child.call<ProfileEntry[]>('stopProfile');
}
