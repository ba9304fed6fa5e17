import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { startRedis } from '../../examples/cluster/servers/redis.js';
import type { StripeEmulator } from '../../src/testing/index.js';

/** What the server under test depends on. A server that was killed is another one when it comes back. */
export interface Places {
  readonly emulator: StripeEmulator;
  redis: ServerProcess;
  postgres: ServerProcess;
  /** The folder of Postgres's data, which outlives it. */
  readonly data: string;
}

export interface Outage {
  readonly name: string;
  /** In seconds from the start of the run. */
  readonly from: number;
  readonly to: number;
  readonly begin: (places: Places) => unknown;
  /** Resolves once the thing is there again. */
  readonly end: (places: Places) => unknown;
}

const SLOW_MS = 1_500;

const heal = ({ emulator }: Places) => emulator.setFault('*', undefined);

export const CALENDAR: readonly Outage[] = [
  {
    name: 'Stripe hangs',
    from: 8,
    to: 18,
    begin: ({ emulator }) => emulator.setFault('*', { hang: 'before' }),
    end: heal,
  },
  {
    name: 'Stripe resets',
    from: 27,
    to: 33,
    begin: ({ emulator }) => emulator.setFault('*', { reset: 'before' }),
    end: heal,
  },
  {
    name: 'Stripe is slow',
    from: 40,
    to: 47,
    begin: ({ emulator }) => emulator.setFault('*', { delayMs: SLOW_MS }),
    end: heal,
  },
  {
    name: 'Redis frozen',
    from: 54,
    to: 62,
    begin: ({ redis }) => redis.freeze(),
    end: ({ redis }) => redis.thaw(),
  },
  {
    name: 'Redis killed',
    from: 70,
    to: 78,
    begin: ({ redis }) => redis.kill(),
    end: async (places) => {
      places.redis = await startRedis({ port: places.redis.port });
    },
  },
  {
    name: 'Postgres frozen',
    from: 86,
    to: 93,
    begin: ({ postgres }) => postgres.freeze(),
    end: ({ postgres }) => postgres.thaw(),
  },
  {
    name: 'Postgres killed',
    from: 103,
    to: 111,
    begin: ({ postgres }) => postgres.kill(),
    end: async (places) => {
      places.postgres = await startPostgres({ port: places.postgres.port, data: places.data });
    },
  },
];

export const RUN_S = 125;
