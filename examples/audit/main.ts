// Compares a table of customers with Stripe, and changes nothing:
//
//   DATABASE_URL=postgres://… STRIPE_SECRET_KEY=rk_live_… node --import tsx examples/audit/main.ts --scope live
//
// A users table: --table users --user-column id --customer-column stripe_customer_id, without --scope. A restricted key
// that may read customers is enough. --json prints JSON. Ends with 1 where it found something, and with 2 where it failed.
import { parseArgs } from 'node:util';
import { createStripe } from 'express-stripe-customer-session';
import { Pool } from 'pg';
import { audit } from './audit.js';
import { readable } from './report.js';
import { customerTable } from './table.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      table: { type: 'string', default: 'stripe_customers' },
      'user-column': { type: 'string', default: 'user_id' },
      'customer-column': { type: 'string', default: 'customer_id' },
      scope: { type: 'string' },
      host: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const key = required('STRIPE_SECRET_KEY');
  const connectionString = required('DATABASE_URL');
  // Whatever this program would send, Postgres refuses to write.
  const pool = new Pool({ connectionString, options: '-c default_transaction_read_only=on', max: 1 });
  const stripe = createStripe(key, values.host === undefined ? {} : emulatorAt(values.host));
  try {
    const names = { userColumn: values['user-column'], customerColumn: values['customer-column'] };
    const table = customerTable(pool, { ...values, ...names });
    const livemode = key.includes('_live_');
    const found = await audit({ table, stripe, livemode, onProgress: showProgress() });
    process.stdout.write(values.json ? `${JSON.stringify(found, null, 2)}\n` : readable(found, values.table));
    return found.findings.length === 0 ? 0 : 1;
  } finally {
    await Promise.all([stripe.close(), pool.end()]);
  }
}

// On stderr, so that JSON stays alone on stdout: on a terminal one line that changes, else a line every 100 rows.
function showProgress() {
  const { isTTY } = process.stderr;
  return (asked: number, rows: number, findings: number) => {
    const isLast = asked >= rows;
    if (!isTTY && asked % 100 !== 0 && !isLast) return;
    const text = `${asked} of ${rows} customers asked at Stripe, ${findings} findings`;
    process.stderr.write(isTTY ? `\r${text}${isLast ? '\n' : ''}` : `${text}\n`);
  };
}

// The emulator, or another stand-in on this machine: --host 127.0.0.1:4242
function emulatorAt(address: string): { host: string; port: number; protocol: 'http' } {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port), protocol: 'http' };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Set ${name}.`);
  return value;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  },
);
