import { writtenBy } from '../../bench/stats.js';
import type { Bound } from './bounds.js';
import type { Effect, OutageResult } from './outage-bounds.js';
import { listed } from './shoppers.js';
import { boundTable } from './soak-page.js';

/** docs/proof/outages.md. */
export function pageOf({
  result,
  bounds,
  effects,
  rate,
}: {
  result: OutageResult;
  bounds: readonly Bound[];
  effects: readonly Effect[];
  rate: number;
}): string {
  return [
    '# Outages',
    '',
    writtenBy('npm run test:outage -- --write'),
    '',
    `${rate} requests a second go to one process of [the cluster example](../../examples/cluster), whatever became of those before, while`,
    'Stripe (the emulator), Redis (the limits) and Postgres (which customer a user has) fail by a fixed calendar. One request in',
    'ten is the first of a new user, whose customer is to be created; one comes from that user again; one comes from a user who asks',
    'far above his limit; one caller in a hundred hangs up. Killed is `SIGKILL`, frozen is `SIGSTOP`: the sockets stay open and',
    'nothing answers. Another route of the same app is asked twenty times a second.',
    '',
    '![Statuses and latencies over the time of the run, with bands for the outages](../pictures/outages.svg)',
    '',
    '| outage | answers to what was sent in it | p99 | the other route’s p99 | back to normal after its end |',
    '|---|---|---|---|---|',
    ...effects.map(
      ({ name, from, to, outcomes, p99, neighbourP99, recovery }) =>
        `| ${name}, ${from} to ${to.toFixed(1)} s | ${listed(outcomes)} | ${time(p99)} | ${time(neighbourP99)} | ${recovery.toFixed(1)} s |`,
    ),
    '',
    'Back to normal is the first second of which 99 % were served, or refused by the limit of the user who asks too often.',
    '',
    ...boundTable(bounds),
    '',
    `${result.users.length} users had asked in the end; whoever was refused came back after the run.`,
    '',
  ].join('\n');
}

function time(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
