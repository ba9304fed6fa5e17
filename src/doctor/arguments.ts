import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Redisplay } from '../components/presets.js';
import { nearest } from '../core/config-error.js';
import { isCustomerId } from '../core/customer-ref.js';

/** What the doctor is asked to look at. */
export interface Settings {
  /** The router's own address in the app. */
  url?: URL;
  /** Sent with the requests that are to be signed in, names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Whose saved payment methods to explain. */
  customer?: string;
  /** What the app passes to `savedPaymentMethods`; `'off'` where it switches redisplay off. */
  redisplay: Redisplay | 'off';
  limit: number;
  /** Whether a live key may be used. */
  live: boolean;
  /** Where Stripe's API is: an emulator's address. */
  api?: URL;
}

export interface CommandLine {
  settings: Settings;
  json: boolean;
}

/** The command line cannot be read. Its message repeats nothing of it but the names of options. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  url: { type: 'string' },
  header: { type: 'string', multiple: true },
  customer: { type: 'string' },
  redisplay: { type: 'string' },
  limit: { type: 'string' },
  live: { type: 'boolean' },
  api: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

export const USAGE = `Usage: npx express-stripe-customer-session doctor [options]

Run it in the folder of the app. It reads STRIPE_SECRET_KEY, as the router does.

  --url <address>       the route, e.g. https://shop.example/customer-session
  --header <header>     sent as a signed-in user, e.g. 'Cookie: sid=…'; may be
                        repeated. @file reads one header a line from a file
  --customer <cus_…>    says which saved payment methods are shown, and why
  --redisplay <which>   always, limited, all or off: what the app passes to
                        savedPaymentMethods (default: always)
  --limit <number>      likewise, 1 to 10 (default: 3)
  --live                may use a live key
  --api <address>       where Stripe's API is, for an emulator
  --json                the report as JSON
  --help, --version

It creates at most two sessions, and those only with --url.
Exit code: 0 nothing to put right, 1 problems, 2 it could not run.
`;

/** Reads the command line; what was asked for besides a diagnosis comes back as its name. */
export function readCommandLine(argv: readonly string[]): CommandLine | 'help' | 'version' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (positionals[0] !== 'doctor') throw new UsageError('The one command is "doctor".');
  if (positionals.length > 1) {
    throw new UsageError(
      "There is a word too many. Put quotes around a value with spaces: --header 'Cookie: …'.",
    );
  }
  return {
    json: values.json ?? false,
    settings: {
      headers: readHeaders(values.header ?? []),
      redisplay: readRedisplay(values.redisplay ?? 'always'),
      limit: readLimit(values.limit ?? '3'),
      live: values.live ?? false,
      ...(values.url === undefined ? {} : { url: readUrl('--url', values.url) }),
      ...(values.api === undefined ? {} : { api: readUrl('--api', values.api) }),
      ...(values.customer === undefined ? {} : { customer: readCustomer(values.customer) }),
    },
  };
}

// parseArgs repeats what it does not understand, which may be a cookie.
function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch {
    throw new UsageError(problemOf(argv));
  }
}

function problemOf(argv: readonly string[]): string {
  const { tokens } = parseArgs({ args: [...argv], options: OPTIONS, strict: false, tokens: true });
  const names = Object.keys(OPTIONS);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name } = token;
    if (!names.includes(name)) {
      const near = nearest(name, names);
      return near === undefined ? 'There is an unknown option.' : `Unknown option. Did you mean --${near}?`;
    }
    const takesValue = OPTIONS[name as keyof typeof OPTIONS].type === 'string';
    if (takesValue !== (token.value !== undefined))
      return `--${name} takes ${takesValue ? 'a' : 'no'} value.`;
  }
  return 'A value is missing. Write one that begins with a dash as --option=value.';
}

function readUrl(option: string, text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`${option} takes an address that begins with https:// or http://.`);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      `${option} must hold no user or password. Pass them by --header 'Authorization: …'.`,
    );
  }
  return url;
}

function readHeaders(given: readonly string[]): Record<string, string> {
  const lines = given.flatMap((value) => (value.startsWith('@') ? linesOf(value.slice(1)) : [value]));
  return Object.fromEntries(lines.map(readHeader));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '');
  } catch {
    throw new UsageError('--header @file: the file cannot be read.');
  }
}

function readHeader(line: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([\x20-\x7e]+?)\s*$/.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError("--header takes 'Name: value', e.g. --header 'Cookie: sid=…', or @file.");
  }
  return [name.toLowerCase(), value];
}

function readCustomer(text: string): string {
  if (isCustomerId(text)) return text;
  throw new UsageError('--customer takes the id of a customer: cus_….');
}

function readRedisplay(text: string): Settings['redisplay'] {
  if (text === 'always' || text === 'limited' || text === 'all' || text === 'off') return text;
  throw new UsageError('--redisplay takes always, limited, all or off.');
}

function readLimit(text: string): number {
  if (/^(?:[1-9]|10)$/.test(text)) return Number(text);
  throw new UsageError('--limit takes a whole number from 1 to 10.');
}
