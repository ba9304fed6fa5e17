import { invalidParam } from './errors.js';
import type { CustomerObject } from './state.js';

type Test = (customer: CustomerObject) => boolean;
type Value = string | number | null;

// One clause of https://docs.stripe.com/search#search-query-language: -email:"x", metadata["k"]:null, created>5 …
const CLAUSE =
  /^(?<not>-)?(?:(?<field>email|name|phone|created)|metadata\["(?<key>[^"]*)"\])\s*(?<op>:|~|>=|<=|>|<)\s*(?:"(?<text>(?:[^"\\]|\\.)*)"|(?<number>\d+)|(?<unset>null))/;

const OPERATORS: Readonly<Record<string, (value: Value, wanted: string) => boolean>> = {
  // Strings compare without regard to case, as Stripe's do.
  ':': (value, wanted) => String(value ?? '').toLowerCase() === wanted.toLowerCase(),
  '~': (value, wanted) =>
    String(value ?? '')
      .toLowerCase()
      .includes(wanted.toLowerCase()),
  '>': (value, wanted) => Number(value) > Number(wanted),
  '>=': (value, wanted) => Number(value) >= Number(wanted),
  '<': (value, wanted) => Number(value) < Number(wanted),
  '<=': (value, wanted) => Number(value) <= Number(wanted),
};

/** Which customers a search query means. Throws Stripe's 400 for a query that it cannot read. */
export function matcher(query: string): Test {
  const tests: Test[] = [];
  const joins = new Set<string>();
  let rest = query.trim();
  while (rest !== '' || tests.length === 0) {
    const clause = CLAUSE.exec(rest);
    const test = clause?.groups && testOf(clause.groups);
    if (!clause || !test) throw unreadable(query);
    tests.push(test);
    rest = rest.slice(clause[0].length);
    const join = /^\s+(?:(AND|OR)\s+)?/i.exec(rest);
    if (rest !== '' && !join) throw unreadable(query);
    if (join) joins.add((join[1] ?? 'AND').toUpperCase());
    rest = rest.slice(join?.[0].length);
  }
  if (joins.size > 1) throw invalidParam('query', 'A query joins its clauses by AND or by OR, not by both.');
  const any = joins.has('OR');
  return (customer) => (any ? tests.some((test) => test(customer)) : tests.every((test) => test(customer)));
}

function testOf(groups: Record<string, string | undefined>): Test | undefined {
  const { not, field, key = '', op = ':', text, number, unset } = groups;
  const value = reader(field, key);
  const expected = not === undefined;
  if (unset !== undefined)
    return op === ':' ? (customer) => (value(customer) === null) === expected : undefined;
  const wanted = text?.replaceAll(/\\(.)/g, '$1') ?? number ?? '';
  const compare = OPERATORS[op];
  // Numbers and their operators are for `created`; substrings are for fields, not for metadata.
  const numeric = field === 'created';
  if (!compare || numeric !== (number !== undefined)) return undefined;
  if (numeric ? op === '~' : op !== ':' && !(op === '~' && field)) return undefined;
  return (customer) => compare(value(customer), wanted) === expected;
}

function reader(field: string | undefined, key: string): (customer: CustomerObject) => Value {
  if (field === 'email') return ({ email }) => email;
  if (field === 'name') return ({ name }) => name;
  if (field === 'phone') return ({ phone }) => phone;
  if (field === 'created') return ({ created }) => created;
  return ({ metadata }) => (Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null);
}

function unreadable(query: string): Error {
  return invalidParam('query', `The query is not one that the search understands: ${query.slice(0, 100)}`);
}
