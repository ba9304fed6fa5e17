import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Pool } from 'pg';
import { type AuditOptions, audit } from '../../examples/audit/audit.js';
import { readable } from '../../examples/audit/report.js';
import type { CustomerTable, TableRow } from '../../examples/audit/table.js';
import { startPostgres } from '../../examples/cluster/servers/postgres.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { createStripe } from '../../src/index.js';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { describeWith } from '../customers/support/describe-with.js';

const RETRIEVE = 'GET /v1/customers/{customer}';

let emulator: StripeEmulator;
beforeEach(async () => {
  emulator = await startStripeEmulator();
});
afterEach(() => emulator.close());

describeWith(['postgres'], 'the audit of a Postgres table', () => {
  let server: ServerProcess;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url }).on('error', () => undefined);
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  /** Runs the program as a shell would. */
  function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const main = join(__dirname, '..', '..', 'examples', 'audit', 'main.ts');
    const host = `${emulator.host}:${emulator.port}`;
    const env = { ...process.env, DATABASE_URL: server.url, STRIPE_SECRET_KEY: emulator.secretKey };
    return new Promise((resolve) => {
      const all = ['--import', 'tsx', main, '--host', host, ...args];
      execFile(process.execPath, all, { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  /** A table that somebody wrote by hand, without the unique index. */
  async function fillTable(): Promise<void> {
    await pool.query('CREATE TABLE stripe_customers (scope text, user_id text, customer_id text)');
    const rows = [
      ['test', 'ada', emulator.addCustomer({ id: 'cus_Fine' }).id],
      ['test', 'bob', emulator.addCustomer({ id: 'cus_Shared' }).id],
      ['test', 'cyd', 'cus_Shared'],
      ['test', 'dora', emulator.addCustomer({ id: 'cus_Deleted' }).id],
      ['test', 'emil', 'cus_Unknown'],
      ['test', 'fay', 'cus_Live'],
      ['test', 'gus', emulator.addAccount({ id: 'acct_Fine' }).id],
      ['test', 'under way', null],
      ['live', 'ada', 'cus_OfLive1'],
      ['live', 'bob', 'cus_OfLive2'],
    ];
    for (const row of rows) await pool.query('INSERT INTO stripe_customers VALUES ($1, $2, $3)', row);
    emulator.deleteCustomer('cus_Deleted');
    const message =
      "No such customer: 'cus_Live'; a similar object exists in live mode, but a test mode key was used to make this request.";
    emulator.setFault(RETRIEVE, ({ path }) =>
      path.includes('cus_Live')
        ? { status: 404, error: { code: 'resource_missing', param: 'id', message } }
        : undefined,
    );
  }

  it('finds what is wrong, as text and as JSON, asks by GET alone, and changes nothing', async () => {
    await fillTable();
    const before = await pool.query('SELECT * FROM stripe_customers');
    const text = await run('--scope', 'test');
    expect(text.code).toBe(1);
    expect(text.stderr).toBe('7 of 7 customers asked at Stripe, 4 findings\n');
    expect(text.stdout).toBe(`stripe_customers, scope test: 7 rows, test mode

1 customers of more than one user
  These users see the same saved cards. Decide whose each is: docs/recipes/migrating.md.
  cus_Shared  bob, cyd

1 customers of the other mode
  Move these rows to a scope of their own: docs/recipes/scopes.md.
  cus_Live  fay

1 customers that Stripe does not know
  All of them: the key is of another account. Test data: recreate: "vanished-test-data".
  cus_Unknown  emil

1 customers that were deleted at Stripe
  Their users get 409 no_customer, or a new customer with recreate: true.
  cus_Deleted  dora

Not looked at, since they belong to other keys: live (2 rows)
`);

    const json = await run('--scope', 'test', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      scope: 'test',
      livemode: false,
      rows: 7,
      otherScopes: { live: 2 },
      findings: expect.arrayContaining([{ kind: 'shared', customer: 'cus_Shared', users: ['bob', 'cyd'] }]),
    });
    expect(new Set(emulator.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect((await pool.query('SELECT * FROM stripe_customers')).rows).toEqual(before.rows);
    expect(`${text.stdout}${text.stderr}${json.stdout}${json.stderr}`).not.toContain(emulator.secretKey);
  });

  it('reads a users table, and ends with 0 where all is well', async () => {
    await pool.query('CREATE TABLE users (id int PRIMARY KEY, stripe_customer_id text)');
    const customers = Array.from(
      { length: 5 },
      (_, index) => emulator.addCustomer({ id: `cus_${index}` }).id,
    );
    for (const [index, customer] of customers.entries()) {
      await pool.query('INSERT INTO users VALUES ($1, $2)', [index, customer]);
    }
    await pool.query('INSERT INTO users VALUES (99, NULL)');
    const columns = ['--table', 'users', '--user-column', 'id', '--customer-column', 'stripe_customer_id'];
    const { code, stdout } = await run(...columns);
    expect(stdout).toBe(
      'users: 5 rows, test mode\n\nEvery row has a customer of its own, and Stripe knows it.\n',
    );
    expect(code).toBe(0);
  });

  it('ends with 2 where it cannot read', async () => {
    const { code, stderr, stdout } = await run('--table', 'nowhere');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/nowhere/);
  });
});

describe('the audit at Stripe', () => {
  /** A table in memory. */
  function tableOf(rows: TableRow[]): CustomerTable {
    return {
      scope: 'test',
      count: async () => rows.length,
      rows: async function* () {
        yield* rows;
      },
      shared: async () => [],
      otherScopes: async () => ({}),
    };
  }
  async function auditOf(rows: TableRow[], options: Partial<AuditOptions> = {}) {
    const stripe = createStripe(emulator.secretKey, { ...emulator.stripeConfig, maxNetworkRetries: 0 });
    try {
      const pause = async () => undefined;
      return await audit({ table: tableOf(rows), stripe, livemode: false, pause, ...options });
    } finally {
      await stripe.close();
    }
  }
  const rows = Array.from({ length: 25 }, (_, index) => ({
    user: `user-${index}`,
    customer: `cus_${index}`,
  }));

  it('asks at most 10 a second: after each request it waits a tenth', async () => {
    for (const { customer } of rows) emulator.addCustomer({ id: customer });
    const pauses: number[] = [];
    const progress: number[] = [];
    await auditOf(rows, {
      pause: async (ms) => pauses.push(ms),
      onProgress: (asked) => progress.push(asked),
    });
    expect(pauses).toEqual(rows.map(() => 100));
    expect(progress).toEqual(rows.map((_row, index) => index + 1));
    expect(emulator.requests).toHaveLength(rows.length);
  });

  it('asks again where Stripe failed, and says what it could not check', async () => {
    for (const { customer } of rows) emulator.addCustomer({ id: customer });
    emulator.setFault(RETRIEVE, ({ path }, requestNumber) => {
      if (path.includes('cus_24')) return { status: 503 };
      return requestNumber <= 5 ? { status: 429 } : undefined;
    });
    const found = await auditOf(rows);
    expect(found.findings).toEqual([{ kind: 'not_checked', customer: 'cus_24', users: ['user-24'] }]);
    expect(readable(found, 'stripe_customers')).toContain('1 customers that could not be checked');
  });

  it.each([
    ['of another customer', { transform: () => ({ id: 'cus_Other', object: 'customer', livemode: false }) }],
    [
      'about another customer',
      { status: 404, error: { code: 'resource_missing', message: "No such customer: 'cus_Other'" } },
    ],
  ])('takes no answer %s for this one', async (_what, fault) => {
    emulator.addCustomer({ id: 'cus_0' });
    emulator.setFault(RETRIEVE, fault);
    const found = await auditOf(rows.slice(0, 1));
    expect(found.findings.map(({ kind }) => kind)).toEqual(['not_checked']);
  });

  it('tells a customer of the other mode by its answer, too', async () => {
    emulator.addCustomer({ id: 'cus_0' });
    emulator.setFault(RETRIEVE, { transform: (answer) => ({ ...answer, livemode: true }) });
    const found = await auditOf(rows.slice(0, 1));
    expect(found.findings.map(({ kind }) => kind)).toEqual(['other_mode']);
  });
});
