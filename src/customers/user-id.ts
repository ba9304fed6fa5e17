import { configError, describe } from '../core/config-error.js';

const LONGEST_BYTES = 255;
// Control characters, line and paragraph separators, and halves of a surrogate pair: UTF-8 has no bytes for the
// last, so two different ids would become one.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
// What a template string or String() makes of a user without an id, alone or as a part (`org_undefined`, `null-7`). All such
// users would share one customer. "NaN" between dashes is left alone: random ids of that alphabet hold it by chance.
const SLIP =
  /\[object |(?<![\p{L}\p{N}])(?:undefined|null)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}_-])(?:[a-z]+[_-])?NaN(?![\p{L}\p{N}_-])/u;

/**
 * D9: what the host's `userId` gave, as the text that rows are found by; compared byte for byte and never
 * normalised. The messages do not repeat the id, which may be an e-mail address.
 *
 * @throws TypeError, at the request that brought the user.
 */
export function parseUserId(id: unknown): string {
  const text = typeof id === 'bigint' || Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string')
    throw badUserId(
      `is ${typeof text === 'number' ? text : describe(text)}`,
      'a string, a whole number or a bigint',
    );
  const slip = SLIP.exec(text)?.[0];
  if (slip !== undefined) {
    throw badUserId(
      `holds the text ${JSON.stringify(slip)}, as of a user without an id`,
      "the user's own id",
    );
  }
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
