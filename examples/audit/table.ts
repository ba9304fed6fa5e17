import type { PostgresClient } from 'express-stripe-customer-session/postgres';

export interface TableRow {
  user: string;
  customer: string;
}

export interface TableNames {
  /** Default: `stripe_customers`, the table of `postgresStore`. */
  table?: string;
  /** Default: `user_id`; `id` in a users table. */
  userColumn?: string;
  /** Default: `customer_id`. */
  customerColumn?: string;
  /** Which rows: those whose column `scope` holds this. A users table has no such column: leave it out. */
  scope?: string | undefined;
}

/** What the audit reads. */
export interface CustomerTable {
  readonly scope: string | undefined;
  count(): Promise<number>;
  /** Rows of the scope that hold a customer, in pages of 1,000. */
  rows(): AsyncGenerator<TableRow>;
  /** Customers that more than one user holds. */
  shared(): Promise<{ customer: string; users: string[] }[]>;
  otherScopes(): Promise<Record<string, number>>;
}

const PAGE = 1_000;

/** SELECT statements alone: pass a client whose session is read-only, and nothing can be changed. */
export function customerTable(client: PostgresClient, names: TableNames): CustomerTable {
  const { scope } = names;
  const [table, user, customer] = [
    (names.table ?? 'stripe_customers').split('.').map(quoted).join('.'),
    quoted(names.userColumn ?? 'user_id'),
    quoted(names.customerColumn ?? 'customer_id'),
  ];
  const where = `${customer} IS NOT NULL ${scope === undefined ? '' : 'AND scope = $1'}`;
  const given = scope === undefined ? [] : [scope];
  const select = async (text: string, values: unknown[] = given) =>
    (await client.query(text, values)).rows as Record<string, unknown>[];

  return {
    scope,
    async count() {
      const [row] = await select(`SELECT count(*) AS rows FROM ${table} WHERE ${where}`);
      return Number(row?.rows);
    },
    async *rows() {
      // By the user, so that rows which come meanwhile move no page.
      for (let last: string | undefined; ; ) {
        const after = last === undefined ? '' : `AND ${user}::text > $${given.length + 1}`;
        const page = await select(
          `SELECT ${user}::text AS "user", ${customer} AS customer FROM ${table}
           WHERE ${where} ${after} ORDER BY ${user}::text LIMIT ${PAGE}`,
          last === undefined ? given : [...given, last],
        );
        for (const row of page) yield { user: String(row.user), customer: String(row.customer) };
        if (page.length < PAGE) return;
        last = String(page.at(-1)?.user);
      }
    },
    async shared() {
      const rows = await select(
        `SELECT ${customer} AS customer, array_agg(${user}::text ORDER BY ${user}::text) AS users FROM ${table}
         WHERE ${where} GROUP BY ${customer} HAVING count(*) > 1 ORDER BY ${customer}`,
      );
      return rows.map((row) => ({ customer: String(row.customer), users: row.users as string[] }));
    },
    async otherScopes() {
      if (scope === undefined) return {};
      const rows = await select(
        `SELECT scope, count(*) AS rows FROM ${table} WHERE ${customer} IS NOT NULL AND scope <> $1
         GROUP BY scope ORDER BY scope`,
      );
      return Object.fromEntries(rows.map((row) => [String(row.scope), Number(row.rows)]));
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
