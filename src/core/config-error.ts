/** The errors of start-up. Each names the option, the kind of the bad value and the fix. */
const SECRET_LOOKING = /(?:^|_)(?:sk|rk|pk|whsec|secret)/i;
const LONGEST_ECHO = 64;

/** For options that take an object, a function or any text: the value itself is never shown. */
export function configError(option: string, value: unknown, fix: string): TypeError {
  return new TypeError(`express-stripe-customer-session: option "${option}" is ${describe(value)}. ${fix}`);
}

/** For options that take a number, a switch or one of a few words: a short value is shown. */
export function choiceError(option: string, value: unknown, fix: string): TypeError {
  return new TypeError(`express-stripe-customer-session: option "${option}" is ${echo(value)}. ${fix}`);
}

/** The kind of a value, for messages. Says nothing of what is in it. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The value where it is a number, a boolean or a short word, else its kind. Addresses may hold a password. */
function echo(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'string' || value === '') return describe(value);
  return isShowable(value) ? JSON.stringify(value) : 'a string (not shown)';
}

function isShowable(text: string): boolean {
  return text.length <= LONGEST_ECHO && !text.includes('://') && !SECRET_LOOKING.test(text);
}

/** What users of other libraries call an option of ours. */
const SYNONYMS: Record<string, string> = {
  max: 'limit',
  customer: 'resolveCustomer',
  getUser: 'authenticate',
  origins: 'allowedOrigins',
};

/** Throws for the first key of `given` that is not in `known`; `undefined` values count as keys too. */
export function refuseUnknownKeys(where: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const near = known.find((name) => name === SYNONYMS[key]) ?? nearest(key, known);
    throw new TypeError(
      `express-stripe-customer-session: ${where} has no option ${echo(key)}. ` +
        (near ? `Did you mean "${near}"?` : `The options are ${known.join(', ')}.`),
    );
  }
}

/** The known name that `name` is a slip of the keyboard from: at most two letters away, with as many words. */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  const words = wordsIn(name);
  return nearestWithin(
    name,
    known.filter((candidate) => wordsIn(candidate) === words),
    2,
  );
}

// For a name that is refused anyway the hint may be bolder. A name that was cut short or went on is near too.
export function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const begun = known.find((candidate) => {
    const other = candidate.toLowerCase();
    return Math.min(lower.length, other.length) >= 4 && (lower.startsWith(other) || other.startsWith(lower));
  });
  return begun ?? nearestWithin(name, known, Math.max(2, Math.floor(name.length / 4)));
}

function nearestWithin(name: string, known: readonly string[], most: number): string | undefined {
  let best: string | undefined;
  let bestDistance = most + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function wordsIn(name: string): number {
  return name.split('_').length;
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
