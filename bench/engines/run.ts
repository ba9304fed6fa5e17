import { cpuPerRequest } from '../scenarios/cpu.js';
import { lowerQuartile, spread } from '../stats.js';
import { createWorld } from '../world.js';
import { engines } from './engines.js';

// The choice of the transport's engine: a bare server over each, at 32 in flight. `tsx bench/engines/run.ts [node]`.
async function main(): Promise<void> {
  const world = await createWorld(process.argv[2] ?? process.execPath);
  const upstream = await world.upstream();
  const measured = [];
  for (const name of Object.keys(engines)) {
    const rival = await world.engine(name, upstream.port);
    await rival.load.closedLoop(32, 4_000);
    measured.push({ rival, us: [] as number[] });
  }
  for (let round = 0; round < 16; round += 1) {
    for (const { rival, us } of round % 2 === 0 ? measured : [...measured].reverse()) {
      us.push(await cpuPerRequest(rival, 32, 2_500));
    }
  }
  for (const { rival, us } of measured) {
    const name = rival.name.padEnd(30);
    process.stdout.write(`${name} ${lowerQuartile(us).toFixed(1)} µs per request (${spread(us)})\n`);
  }
  await world.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
