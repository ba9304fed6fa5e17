/**
 * The errors of start-up. Each names the option, the bad value and the fix, and echoes nothing that may be
 * a secret: strings are shown only where they are short and do not look like a key.
 */
const SECRET_LOOKING = /(?:^|_)(?:sk|rk|pk|whsec|cuss_secret|secret)_?/i;

/** A `TypeError` that reads `<where>: <option> <problem>. <fix>`. */
export function configError(option: string, value: unknown, fix: string): TypeError {
  return new TypeError(`express-stripe-customer-session: option "${option}" is ${describe(value)}. ${fix}`);
}

/** What a value looks like in a message: its kind, and its text only where it is short and no key. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return describeString(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `a function`;
  if (typeof value === 'symbol') return 'a symbol';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return 'an object';
}

function describeString(value: string): string {
  if (value === '') return 'an empty string';
  if (SECRET_LOOKING.test(value)) return 'a string that looks like a key or secret (not shown)';
  return value.length <= 64 ? JSON.stringify(value) : `a string of ${value.length} characters`;
}

/** The known name nearest to `name` when it is close enough to be a slip of the keyboard, else `undefined`. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of known) {
    const distance = slipDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Throws for the first key of `given` that is not in `known`; `undefined` values count as keys too. */
export function refuseUnknownKeys(where: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    throw new TypeError(
      `express-stripe-customer-session: ${where} has no option "${key.slice(0, 64)}". ` +
        (near ? `Did you mean "${near}"?` : `The options are ${known.join(', ')}.`),
    );
  }
}

// A name that was cut short or went on is as near as one wrong letter.
function slipDistance(name: string, candidate: string): number {
  const [short, long] = name.length < candidate.length ? [name, candidate] : [candidate, name];
  return short.length >= 4 && long.startsWith(short) ? 1 : editDistance(name, candidate);
}

// Levenshtein's distance over two rows.
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...b].entries()) {
      const substitution = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(substitution, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
