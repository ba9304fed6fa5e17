import { configError, describe } from '../core/config-error.js';

const LONGEST_BYTES = 255;
// Control characters, line and paragraph separators, and halves of a surrogate pair: UTF-8 has no bytes for the
// last, so two different ids would become one.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
// What a template string or String() makes of a user without an id. All such users would share one customer.
const SLIPS = new Set(['undefined', 'null', 'NaN', '[object Object]', '[object Promise]']);

/**
 * D9: what the host's `userId` gave, as the text that rows are found by; compared byte for byte and never
 * normalised. The messages do not repeat the id, which may be an e-mail address.
 *
 * @throws TypeError, at the request that brought the user.
 */
export function parseUserId(id: unknown): string {
  const text = typeof id === 'bigint' || Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string')
    throw badUserId(`is ${describe(text)}`, 'a string, a whole number or a bigint');
  if (SLIPS.has(text)) throw badUserId(`is the text ${JSON.stringify(text)}`, "the user's own id");
  const fault = faultOf(text);
  if (fault !== undefined) throw badUserId(fault, `1 to ${LONGEST_BYTES} bytes of printable text`);
  return text;
}

/** A scope given by the host, which is a part of every row's key. */
export function parseScope(scope: unknown): string {
  const fault = typeof scope === 'string' ? faultOf(scope) : 'is no string';
  if (typeof scope === 'string' && fault === undefined) return scope;
  throw configError('scope', scope, `Pass 1 to ${LONGEST_BYTES} bytes of printable text, such as "live".`);
}

function faultOf(text: string): string | undefined {
  if (text.trim() === '') return 'is blank';
  if (UNPRINTABLE.test(text)) return 'has a character that does not print';
  const bytes = Buffer.byteLength(text);
  return bytes > LONGEST_BYTES ? `is ${bytes} bytes long` : undefined;
}

function badUserId(fault: string, fix: string): TypeError {
  return new TypeError(
    `express-stripe-customer-session: what userId() of customerDirectory gave ${fault}. It must give ${fix}.`,
  );
}
