import { configError } from '../core/config-error.js';
import type { PostgresClient } from './postgres.js';

const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}(?:\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** The table's name as SQL writes it. @throws TypeError for what is no name of a table */
export function quoteTable(table: unknown): string {
  if (typeof table === 'string' && TABLE_NAME.test(table)) {
    return table
      .split('.')
      .map((part) => `"${part}"`)
      .join('.');
  }
  throw configError(
    'table',
    table,
    'Use letters, digits and underscores, with one dot after the schema at most.',
  );
}

// COLLATE "C": ids are bytes, and an index on them must outlive the collations of a system upgrade.
// UNIQUE: two users who share a customer would share its saved cards.
export function schemaOf(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  scope text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  customer_id text COLLATE "C",
  creation_key text COLLATE "C",
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, user_id),
  UNIQUE (scope, customer_id)
)`;
}

/** Creates the table where it is missing, and sees that it has what the store needs. */
export async function ensureTable(client: PostgresClient, table: string): Promise<void> {
  await createOnce(client, schemaOf(table));
  const { rows } = await client.query(LOOK, [table]);
  const changes = changesNeeded(Object(rows[0]));
  if (changes.length === 0) return;
  throw new Error(
    `express-stripe-customer-session: the table ${table} is older than this version, or was made by hand. Run this, ` +
      `and start again: ALTER TABLE ${table} ${changes.join(', ')}`,
  );
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

const LOOK = `SELECT
  EXISTS (SELECT FROM pg_attribute
    WHERE attrelid = $1::regclass AND attname = 'creation_key' AND NOT attisdropped) AS has_key,
  EXISTS (SELECT FROM pg_attribute
    WHERE attrelid = $1::regclass AND attname = 'customer_id' AND attnotnull) AS required,
  EXISTS (SELECT FROM pg_index WHERE indrelid = $1::regclass AND indisunique AND indpred IS NULL AND (
    SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
    WHERE attrelid = indrelid AND attnum = ANY (indkey)
  ) = ARRAY['customer_id', 'scope']) AS is_unique`;

function changesNeeded(found: Record<string, unknown>): string[] {
  return [
    ...(found.has_key === true ? [] : ['ADD COLUMN creation_key text COLLATE "C"']),
    ...(found.required === true ? ['ALTER COLUMN customer_id DROP NOT NULL'] : []),
    ...(found.is_unique === true ? [] : ['ADD UNIQUE (scope, customer_id)']),
  ];
}
