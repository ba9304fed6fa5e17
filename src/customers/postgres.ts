import { configError, refuseUnknownKeys } from '../core/config-error.js';
import type { CustomerStore } from './store.js';

/** What `postgresStore` needs of a client: a `Pool` of `pg`, a `PGlite`, or anything of this shape. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface PostgresStoreOptions {
  /**
   * The table, optionally with its schema (`billing.stripe_customers`). Default: `stripe_customers`. Letters,
   * digits and underscores only; it is quoted, so upper case counts.
   */
  table?: string;
}

/** A `CustomerStore` in a Postgres table. */
export interface PostgresStore extends CustomerStore {
  /** Creates the table where it is missing. Safe to call from several processes at once. */
  ensureSchema(): Promise<void>;
  /** The statement that `ensureSchema()` runs, to put into a migration instead. */
  readonly schema: string;
}

const DEFAULT_TABLE = 'stripe_customers';
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** The table of customers, as a statement for a migration; the table has its default name. */
export const postgresSchema: string = schemaOf(quote(DEFAULT_TABLE));

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
  refuseUnknownKeys('postgresStore', options, ['table']);
  const table = quote(tableName(options.table));
  const schema = schemaOf(table);

  async function customerOf(text: string, values: string[]): Promise<string | undefined> {
    const [row] = (await client.query(text, values)).rows;
    if (row === undefined) return undefined;
    return customerIn(row);
  }

  const get = (scope: string, userId: string) =>
    customerOf(`SELECT customer_id FROM ${table} WHERE scope = $1 AND user_id = $2`, [scope, userId]);

  return {
    schema,
    ensureSchema: () => createOnce(client, schema),
    get,
    async claim(scope, userId, customerId) {
      // DO NOTHING waits for a rival's insert to commit, and the second statement has a snapshot that sees it. It
      // names no columns: a rival with the same customer conflicts on both indexes, and may be met on either first.
      const won = await customerOf(
        `INSERT INTO ${table} (scope, user_id, customer_id) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING RETURNING customer_id`,
        [scope, userId, customerId],
      );
      const winner = won ?? (await get(scope, userId));
      if (winner) return winner;
      throw new Error(
        'Another user of this scope holds the customer already, and they are unique; or the row of this user was ' +
          'deleted while its customer was being claimed.',
      );
    },
    async replace(scope, userId, expectedOld, next) {
      const changed = await customerOf(
        `UPDATE ${table} SET customer_id = $4, updated_at = now()
         WHERE scope = $1 AND user_id = $2 AND customer_id = $3 RETURNING customer_id`,
        [scope, userId, expectedOld, next],
      );
      return changed !== undefined;
    },
  };
}

// COLLATE "C": ids are bytes, and an index on them must outlive the collations of a system upgrade.
// UNIQUE: two users who share a customer would share its saved cards.
function schemaOf(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  scope text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, user_id),
  UNIQUE (scope, customer_id)
)`;
}

// IF NOT EXISTS is no lock: of processes that start together some fail on the catalogue's own indexes, with one of
// several codes. By then the winner has committed, and a second attempt finds the table. A real fault fails twice.
async function createOnce(client: PostgresClient, schema: string): Promise<void> {
  try {
    await client.query(schema, []);
  } catch {
    await client.query(schema, []);
  }
}

function customerIn(row: unknown): string {
  if (
    typeof row === 'object' &&
    row !== null &&
    'customer_id' in row &&
    typeof row.customer_id === 'string'
  ) {
    return row.customer_id;
  }
  throw new TypeError('The Postgres client gave a row without customer_id. Rows must come as objects.');
}

function tableName(table: unknown = DEFAULT_TABLE): string {
  if (typeof table === 'string' && TABLE_NAME.test(table)) return table;
  throw configError(
    'table',
    table,
    'Use letters, digits and underscores, with one dot after the schema at most.',
  );
}

function quote(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}
