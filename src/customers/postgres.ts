/**
 * `express-stripe-customer-session/postgres`: a customer store in Postgres.
 * @module postgres
 */
import { configError, refuseUnknownKeys } from '../core/config-error.js';
import { ensureTable, quoteTable, schemaOf } from './postgres-schema.js';
import { type CustomerRow, type CustomerStore, heldByAnother } from './store.js';

/** What `postgresStore` needs of a client: a `Pool` of `pg`, a `PGlite`, or anything of this shape. */
export interface PostgresClient {
  /** Runs one statement with its parameters ($1, $2 …) and resolves with its rows. Rejects when it could not. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{
    /** One object per row, its members named like the columns. */
    rows: unknown[];
  }>;
}

/** Options of `postgresStore`. */
export interface PostgresStoreOptions {
  /**
   * The table, optionally with its schema (`billing.stripe_customers`). Letters, digits and underscores only; it is quoted,
   * so upper case counts.
   * @defaultValue `'stripe_customers'`
   */
  table?: string;
}

/** A `CustomerStore` in a Postgres table. */
export interface PostgresStore extends CustomerStore {
  /**
   * Creates the table where it is missing. Safe to call from several processes at once.
   * @throws Error for a table that lacks something, an older one for instance; it names the statement to run.
   */
  ensureSchema(): Promise<void>;
  /** The statement that `ensureSchema()` runs, to put into a migration instead. */
  readonly schema: string;
}

const DEFAULT_TABLE = 'stripe_customers';
const UNIQUE_VIOLATION = '23505';

/** The table of customers, as a statement for a migration; the table has its default name. */
export const postgresSchema: string = schemaOf(quoteTable(DEFAULT_TABLE));

/**
 * Customers in Postgres. Works over whatever client the host passes in, in autocommit: pass a pool, never a client
 * that has a transaction open, since a rollback would take a claim back after it was answered.
 *
 * @throws TypeError at construction for a client without `query` and for a table name that is not one.
 */
export function postgresStore(client: PostgresClient, options: PostgresStoreOptions = {}): PostgresStore {
  if (typeof client?.query !== 'function') {
    throw configError('client', client, 'Pass a Pool of pg, a PGlite, or anything with query(text, values).');
  }
  refuseUnknownKeys('postgresStore()', options, ['table']);
  const { table: name = DEFAULT_TABLE } = options;
  const table = quoteTable(name);
  const sql = statements(table);

  async function run(statement: string, ...values: (string | null)[]): Promise<CustomerRow | undefined> {
    const [row] = (await client.query(statement, values)).rows;
    return row === undefined ? undefined : customerRow(row);
  }

  // The unique index on customers is met first when one user's customer is claimed twice at once: then the row says so.
  async function claim(scope: string, userId: string, customer: string): Promise<string> {
    const won = await run(sql.claim, scope, userId, customer).catch(refusedAsUnique);
    const winner = won?.customer ?? (await run(sql.get, scope, userId))?.customer;
    if (typeof winner === 'string') return winner;
    if (won === null) throw heldByAnother();
    throw new Error('The row of this user was deleted while its customer was being claimed.');
  }

  return {
    schema: schemaOf(table),
    ensureSchema: () => ensureTable(client, table),
    get: (scope, userId) => run(sql.get, scope, userId),
    async begin(scope, userId, creationKey, insteadOf) {
      const row = await run(sql.begin, scope, userId, creationKey, insteadOf ?? null);
      if (row !== undefined) return row;
      throw new TypeError('The Postgres client gave no row for INSERT … RETURNING.');
    },
    renew: async (...args) => (await run(sql.renew, ...args)) !== undefined,
    claim,
    async replace(...args) {
      const changed = await run(sql.replace, ...args).catch(refusedAsUnique);
      if (changed === null) throw heldByAnother();
      return changed !== undefined;
    },
  };
}

// Each is one statement, atomic by itself: none needs a transaction or a session, so poolers of any mode will do.
function statements(table: string) {
  const given = 'RETURNING held.customer_id, held.creation_key';
  const user = 'WHERE held.scope = $1 AND held.user_id = $2';
  return {
    get: `SELECT held.customer_id, held.creation_key FROM ${table} AS held ${user}`,
    begin: `INSERT INTO ${table} AS held (scope, user_id, creation_key) VALUES ($1, $2, $3)
      ON CONFLICT (scope, user_id) DO UPDATE SET creation_key =
        CASE WHEN held.customer_id IS NULL OR held.customer_id = $4
        THEN coalesce(held.creation_key, $3) ELSE held.creation_key END ${given}`,
    renew: `UPDATE ${table} AS held SET creation_key = $4, updated_at = now()
      ${user} AND held.creation_key = $3 ${given}`,
    claim: `INSERT INTO ${table} AS held (scope, user_id, customer_id) VALUES ($1, $2, $3)
      ON CONFLICT (scope, user_id) DO UPDATE
      SET customer_id = excluded.customer_id, creation_key = NULL, updated_at = now()
      WHERE held.customer_id IS NULL ${given}`,
    replace: `UPDATE ${table} AS held SET customer_id = $4, creation_key = NULL, updated_at = now()
      ${user} AND held.customer_id = $3 ${given}`,
  };
}

// `null`: the statement was refused by the unique index on scope and customer.
function refusedAsUnique(error: unknown): null {
  if (Object(error).code === UNIQUE_VIOLATION) return null;
  throw error;
}

function customerRow(row: unknown): CustomerRow {
  if (typeof row === 'object' && row !== null && 'customer_id' in row && 'creation_key' in row) {
    return { customer: text(row.customer_id), creationKey: text(row.creation_key) };
  }
  throw new TypeError(
    'The Postgres client gave a row without customer_id and creation_key. Rows must come as objects.',
  );
}

function text(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new TypeError('The Postgres client gave a column of text as something else than a string.');
}
