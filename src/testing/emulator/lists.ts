import type { ApiObject } from './call.js';
import { invalidParam, noSuch } from './errors.js';
import { integer, text, type Values } from './params.js';

/** What every list takes (https://docs.stripe.com/api/pagination). */
export const pageParams = {
  limit: integer(1, 100),
  starting_after: text(),
  ending_before: text(),
};

/** The page of these rows, which are newest first, that a request asks for. */
export function page(
  rows: readonly ApiObject[],
  { limit = 10, starting_after: after, ending_before: before }: Values<typeof pageParams>,
  { kind, url }: { kind: string; url: string },
): ApiObject {
  if (after !== undefined && before !== undefined) {
    throw invalidParam('ending_before', 'Pass starting_after or ending_before, not both.');
  }
  const indexOf = (id: string, param: string) => {
    const index = rows.findIndex((row) => row.id === id);
    if (index === -1) throw noSuch(kind, id, { status: 400, param });
    return index;
  };
  const start = after === undefined ? 0 : indexOf(after, 'starting_after') + 1;
  const wanted = rows.slice(start, before === undefined ? rows.length : indexOf(before, 'ending_before'));
  // Paging backwards gives the rows next to the cursor, still newest first.
  const data = before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit);
  return { object: 'list', data, has_more: wanted.length > data.length, url };
}
