import type { Figure } from '../figures.js';
import { lowerQuartile, spread } from '../stats.js';
import type { World } from '../world.js';
import { cpuPerRequest } from './cpu.js';

/** CPU per request at 1024 in flight against that at 256: a queue must not cost more the longer it is. */
export async function concurrencyScenario(world: World, rounds: number): Promise<Figure[]> {
  const upstream = await world.upstream({ delayMs: 150 });
  const router = await world.rival({ rival: 'router', upstreamPort: upstream.port, capsRaised: true });
  await router.load.closedLoop(256, 4_000);
  const at256: number[] = [];
  const at1024: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    at256.push(await cpuPerRequest(router, 256, 3_000));
    at1024.push(await cpuPerRequest(router, 1_024, 3_000));
  }
  await router.stop();
  return [
    {
      scenario: '1024 in flight, upstream 150 ms',
      measure: 'CPU per request ÷ that at 256',
      goal: 1.25,
      ours: lowerQuartile(at1024) / lowerQuartile(at256),
      spread: spread(at1024.map((us, round) => us / (at256[round] ?? Number.NaN))),
    },
  ];
}
