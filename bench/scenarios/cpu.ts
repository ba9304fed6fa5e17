import type { Figure } from '../figures.js';
import { canCountInstructions, countInstructions } from '../instructions.js';
import type { ProfileEntry } from '../rival-process.js';
import { lowerQuartile, median, spread } from '../stats.js';
import type { Rival, World } from '../world.js';

const IN_FLIGHT = 32;
const RIVALS = [
  'guide',
  'guide + helmet + rate limit',
  'fastify + helmet + rate limit',
  'hono + secure headers + rate limit',
  'router',
];
const GOALS = { guide: 1.05, 'guide + helmet + rate limit': 0.95 };

export interface CpuSettings {
  /** How often every rival is started anew: what the compiler makes of a process differs from one to the next. */
  generations: number;
  /** Of each generation. */
  rounds: number;
  /** Of each round. */
  requests: number;
  /** Requests before the first round. The optimising compilers go on changing their minds for some 20,000. */
  warmUp: number;
}

/** By the name of the rival; one number a round. */
type Measured = ReadonlyMap<string, { us: number[]; kiloInstructions: number[] }>;

/** CPU per request of the server process, user and system, at 32 in flight over a TLS upstream without delay. */
export async function cpuScenario(
  world: World,
  settings: CpuSettings,
): Promise<{ figures: Figure[]; profile: ProfileEntry[] }> {
  let version = '';
  let profile: ProfileEntry[] = [];
  const starts = RIVALS.map((rival) => ({ rival }));
  const measured = await measureInTurn(world, starts, settings, async (rivals) => {
    const router = rivals.find(({ name }) => name === 'router');
    if (router === undefined) return;
    version = await router.child.call<string>('version');
    profile = await profileOf(router, settings.requests * 4);
  });
  const scenario = `${IN_FLIGHT} in flight, no delay, Node.js ${version}`;
  return {
    profile,
    figures: [
      ...Object.entries(GOALS).map(([other, goal]) => ({
        scenario,
        measure: `CPU per request ÷ ${other}`,
        goal,
        ...ratioTo(other, measured, 'us'),
      })),
      ...Object.keys(canCountInstructions() ? GOALS : {}).map((other) => ({
        scenario,
        measure: `instructions per request ÷ ${other}`,
        ...ratioTo(other, measured, 'kiloInstructions'),
      })),
      ...cpuFigures(scenario, measured),
    ],
  };
}

/** The same with one OpenTelemetry instrumentation, of `http`, on both sides. */
export async function tracedScenario(world: World, settings: CpuSettings): Promise<Figure[]> {
  const starts = ['guide', 'router'].map((rival) => ({ rival, traced: true }));
  const measured = await measureInTurn(world, starts, settings);
  const scenario = `${IN_FLIGHT} in flight, OpenTelemetry's http instrumentation on both sides`;
  const [guide = '', router = ''] = measured.keys();
  const ratios = ratiosOf(measured, { of: router, to: guide, unit: 'us' });
  return [
    { scenario, measure: 'CPU per request ÷ guide', ours: median(ratios), guide: 1, spread: spread(ratios) },
    ...cpuFigures(scenario, measured),
  ];
}

function ratioTo(
  to: string,
  measured: Measured,
  unit: 'us' | 'kiloInstructions',
): Pick<Figure, 'ours' | 'guide' | 'spread'> {
  const ours = ratiosOf(measured, { of: 'router', to, unit });
  const guide = ratiosOf(measured, { of: 'guide', to, unit });
  return { ours: median(ours), guide: median(guide), spread: spread(ours) };
}

// Round by round, since both sides of a ratio then met the same machine.
function ratiosOf(
  measured: Measured,
  { of, to, unit }: { of: string; to: string; unit: 'us' | 'kiloInstructions' },
): number[] {
  const others = measured.get(to)?.[unit] ?? [];
  return (measured.get(of)?.[unit] ?? []).map((value, round) => value / (others[round] ?? Number.NaN));
}

function cpuFigures(scenario: string, measured: Measured): Figure[] {
  return [...measured].flatMap(([name, { us, kiloInstructions }]) => [
    {
      scenario,
      measure: `CPU µs per request, ${name}`,
      ours: lowerQuartile(us),
      spread: spread(us),
    },
    ...(kiloInstructions.length === 0
      ? []
      : [
          {
            scenario,
            measure: `thousands of instructions per request, ${name}`,
            ours: median(kiloInstructions),
            spread: spread(kiloInstructions),
          },
        ]),
  ]);
}

async function measureInTurn(
  world: World,
  starts: readonly { rival: string; traced?: boolean }[],
  { generations, rounds, requests, warmUp }: CpuSettings,
  atEnd?: (rivals: readonly Rival[]) => Promise<void>,
): Promise<Measured> {
  const upstream = await world.upstream();
  const measured = new Map<string, { us: number[]; kiloInstructions: number[] }>();
  for (let generation = 1; generation <= generations; generation += 1) {
    const rivals: Rival[] = [];
    for (const start of starts) {
      const rival = await world.rival({ ...start, upstreamPort: upstream.port, capsRaised: true });
      if (!measured.has(rival.name)) measured.set(rival.name, { us: [], kiloInstructions: [] });
      await rival.load.closedLoop(IN_FLIGHT, warmUp);
      rivals.push(rival);
    }
    for (let round = 0; round < rounds; round += 1) {
      // Whoever comes first in one round comes last in the next.
      for (const rival of round % 2 === 0 ? rivals : [...rivals].reverse()) {
        const { us = [], kiloInstructions = [] } = measured.get(rival.name) ?? {};
        const measure = async () => void us.push(await cpuPerRequest(rival, IN_FLIGHT, requests));
        if (!canCountInstructions()) await measure();
        else kiloInstructions.push((await countInstructions(rival.child.pid, measure)) / requests / 1_000);
      }
    }
    if (generation === generations) await atEnd?.(rivals);
    for (const rival of rivals) await rival.stop();
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
