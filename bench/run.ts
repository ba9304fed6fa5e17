import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, isMissed, table } from './figures.js';
import type { ProfileEntry } from './rival-process.js';
import { burstScenario, smallBurstScenario } from './scenarios/burst.js';
import { concurrencyScenario } from './scenarios/concurrency.js';
import { cpuScenario, tracedScenario } from './scenarios/cpu.js';
import { hangScenario } from './scenarios/hang.js';
import { closingScenario, firstScenario, idleScenario } from './scenarios/idle.js';
import { pageScenario } from './scenarios/page.js';
import { writtenBy } from './stats.js';
import { createWorld, type World } from './world.js';

const { values: options } = parseArgs({
  options: {
    /** Fewer rounds and a shorter hang: about two minutes; the figures are rougher. */
    quick: { type: 'boolean', default: false },
    /** Scenarios by name, with commas. */
    only: { type: 'string' },
    /** The Node.js to run the rivals on. */
    node: { type: 'string', default: process.execPath },
    /** Writes docs/proof/bench.md as well. */
    write: { type: 'boolean', default: false },
  },
});

const PAGE = path.join(__dirname, '../docs/proof/bench.md');

const { quick } = options;
let profile: ProfileEntry[] = [];
const cpuSettings = quick
  ? { generations: 1, rounds: 6, requests: 2_000, warmUp: 8_000 }
  : { generations: 3, rounds: 6, requests: 2_000, warmUp: 20_000 };

const scenarios: Record<string, (world: World) => Promise<Figure[]>> = {
  first: (world) => firstScenario(world, quick ? 2 : 8),
  idle: (world) => idleScenario(world, quick ? 3 : 15),
  closing: (world) => closingScenario(world, quick ? 6 : 20),
  burst: (world) => burstScenario(world, quick ? 5 : 8),
  'small burst': (world) => smallBurstScenario(world, quick ? 2 : 6),
  cpu: async (world) => {
    const measured = await cpuScenario(world, cpuSettings);
    profile = measured.profile;
    return measured.figures;
  },
  traced: (world) => tracedScenario(world, cpuSettings),
  concurrency: (world) => concurrencyScenario(world, quick ? 3 : 8),
  page: () => pageScenario(quick ? 5 : 15),
  hang: (world) => hangScenario(world, quick ? 25 : 60),
};

async function main(): Promise<void> {
  if (!existsSync(path.join(__dirname, '..', 'dist', 'index.js'))) {
    throw new Error('The bench runs what is published: npm run build first.');
  }
  const names = options.only?.split(',') ?? Object.keys(scenarios);
  const figures: Figure[] = [];
  for (const name of names) {
    const scenario = scenarios[name];
    if (!scenario) throw new Error(`No scenario "${name}"; there are ${Object.keys(scenarios).join(', ')}.`);
    process.stderr.write(`${name} …\n`);
    // A world each: what one scenario left in its processes is nothing to the next.
    const world = await createWorld(options.node);
    try {
      figures.push(...(await scenario(world)));
    } finally {
      await world.close();
    }
  }
  print(figures);
}

function print(figures: readonly Figure[]): void {
  const missed = figures.filter(isMissed);
  const lines = [
    table(figures),
    '',
    missed.length === 0 ? 'Every goal is met.' : `${missed.length} goal(s) missed.`,
  ];
  if (options.write) writeFileSync(PAGE, pageOf(lines));
  if (profile.length > 0 && missed.some(({ measure }) => measure.startsWith('CPU'))) {
    lines.push('', 'Where the CPU time of the router process goes (own time):', '');
    for (const [name, share] of profile) lines.push(`${(share * 100).toFixed(1).padStart(5)}%  ${name}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function pageOf(lines: readonly string[]): string {
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  return [
    '# Bench',
    '',
    `${writtenBy(command)} What is measured is told in bench/README.md.`,
    '',
    ...lines,
    '',
  ].join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
