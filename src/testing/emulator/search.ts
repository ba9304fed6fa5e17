import { invalidParam } from './errors.js';

type Candidate = Record<string, unknown>;
type Test = (candidate: Candidate) => boolean;

// One clause of https://docs.stripe.com/search#search-query-language: -field:"value", metadata["key"]:null …
const CLAUSE =
  /^(?<not>-)?(?:(?<field>email|name|phone|created)|metadata\["(?<key>[^"]*)"\])\s*(?<op>:|~|>=|<=|>|<)\s*(?:"(?<text>(?:[^"\\]|\\.)*)"|(?<number>\d+)|(?<null>null))/;

/** Which customers a search query means. Strings compare without regard to case, as Stripe's do. */
export function matcher(query: string): Test {
  const tests: Test[] = [];
  const joins = new Set<string>();
  let rest = query.trim();
  while (rest !== '') {
    const clause = CLAUSE.exec(rest);
    if (!clause?.groups) throw unreadable(query);
    tests.push(testOf(clause.groups, query));
    rest = rest.slice(clause[0].length);
    const join = /^\s+(?:(AND|OR)\s+)?/i.exec(rest);
    if (rest.trim() !== '' && !join) throw unreadable(query);
    if (rest.trim() !== '') joins.add((join?.[1] ?? 'AND').toUpperCase());
    rest = rest.slice(join?.[0].length ?? 0).trimEnd();
  }
  if (tests.length === 0) throw unreadable(query);
  if (joins.size > 1) throw invalidParam('query', 'A query joins its clauses by AND or by OR, not by both.');
  return (candidate) =>
    joins.has('OR') ? tests.some((test) => test(candidate)) : tests.every((test) => test(candidate));
}

function testOf(groups: Record<string, string | undefined>, query: string): Test {
  const { not, field, key, op = ':', text, number } = groups;
  const value = (candidate: Candidate) =>
    field === undefined ? (candidate.metadata as Candidate)[key ?? ''] : candidate[field];
  const test = operator(op, text?.replaceAll(/\\(.)/g, '$1') ?? number ?? null);
  if (!test || (field === 'created') !== (number !== undefined)) throw unreadable(query);
  if (op === '~' && field === undefined) throw unreadable(query);
  return (candidate) => test(value(candidate)) !== (not !== undefined);
}

function operator(op: string, wanted: string | null): ((value: unknown) => boolean) | undefined {
  // field:null asks whether the field is unset.
  if (wanted === null) return op === ':' ? (value) => (value ?? null) === null : undefined;
  const folded = wanted.toLowerCase();
  if (op === ':') return (value) => String(value ?? '').toLowerCase() === folded;
  if (op === '~')
    return (value) =>
      String(value ?? '')
        .toLowerCase()
        .includes(folded);
  const bound = Number(wanted);
  if (op === '>') return (value) => Number(value) > bound;
  if (op === '>=') return (value) => Number(value) >= bound;
  if (op === '<') return (value) => Number(value) < bound;
  return (value) => Number(value) <= bound;
}

function unreadable(query: string): Error {
  return invalidParam('query', `The query is not one that the search understands: ${query.slice(0, 100)}`);
}
