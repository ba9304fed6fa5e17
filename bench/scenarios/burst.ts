import type { Figure } from '../figures.js';
import { median, quantile, sleep, spread } from '../stats.js';
import type { Upstream, World } from '../world.js';

const BURST = 600;
const COLD = 2;

interface Bursts {
  p50s: number[];
  newConnections: number[];
  stderrLines: number;
}

/** 600 requests at once every 2 s. The first two find code and connections not yet warm, and are not counted. */
export async function burstScenario(world: World, bursts: number): Promise<Figure[]> {
  const upstream = await world.upstream({ delayMs: 150 });
  const guide = await burstsOf(world, upstream, { rival: 'guide', bursts });
  const ours = await burstsOf(world, upstream, { rival: 'router', bursts });
  const scenario = `burst of ${BURST} every 2 s, upstream 150 ms`;
  return [
    {
      scenario,
      measure: "p50 ÷ guide's p50",
      goal: 0.4,
      ours: median(ours.p50s) / median(guide.p50s),
      guide: 1,
      spread: spread(ours.p50s.map((ms) => ms / median(guide.p50s))),
    },
    {
      scenario,
      measure: 'new TLS connections per warm burst',
      goal: 10,
      ours: Math.max(...ours.newConnections),
      guide: median(guide.newConnections),
    },
    { scenario, measure: 'p50, ms', ours: median(ours.p50s), guide: median(guide.p50s) },
    {
      scenario: `burst of ${BURST}, ${bursts} times`,
      measure: 'lines on stderr',
      goal: 0,
      ours: ours.stderrLines,
      guide: guide.stderrLines,
    },
  ];
}

async function burstsOf(
  world: World,
  upstream: Upstream,
  { rival: name, bursts }: { rival: string; bursts: number },
): Promise<Bursts> {
  // The guide's agent has no cap either: it opens as many connections as there are calls.
  const caps = { capsRaised: true, maxSockets: BURST };
  const rival = await world.rival({ rival: name, upstreamPort: upstream.port, ...caps });
  const p50s: number[] = [];
  const newConnections: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    const { connections } = await upstream.counts();
    const startedAt = performance.now();
    const replies = await rival.load.burst(BURST);
    const failed = replies.filter(({ status }) => status !== 200).length;
    if (failed > 0) throw new Error(`${name}: ${failed} of ${BURST} failed`);
    if (burst >= COLD) {
      p50s.push(
        quantile(
          replies.map(({ ms }) => ms),
          0.5,
        ),
      );
      newConnections.push((await upstream.counts()).connections - connections);
    }
    await sleep(Math.max(0, 2_000 - (performance.now() - startedAt)));
  }
  const stderrLines = rival.child.stderr().split('\n').filter(Boolean).length;
  await rival.stop();
  return { p50s, newConnections, stderrLines };
}

/** 60 at once with every cap at its default: the waiting room must smooth them, not refuse them. */
export async function smallBurstScenario(world: World, bursts: number): Promise<Figure[]> {
  const delayMs = 300;
  const upstream = await world.upstream({ delayMs });
  const rival = await world.rival({ rival: 'router', upstreamPort: upstream.port });
  const shares: number[] = [];
  const p99s: number[] = [];
  await rival.load.send();
  for (let burst = 0; burst < bursts; burst += 1) {
    const replies = await rival.load.burst(60);
    shares.push(replies.filter(({ status }) => status !== 200).length / replies.length);
    p99s.push(
      quantile(
        replies.map(({ ms }) => ms),
        0.99,
      ) / delayMs,
    );
    await sleep(1_000);
  }
  await rival.stop();
  const scenario = 'burst of 60, upstream 300 ms, default caps';
  return [
    { scenario, measure: 'share not answered 200', goal: 0, ours: Math.max(...shares) },
    { scenario, measure: 'p99 ÷ upstream delay', goal: 4.5, ours: median(p99s), spread: spread(p99s) },
  ];
}
