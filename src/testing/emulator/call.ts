import type { FormTree } from './form.js';

/** A request that has passed the checks of access: what the handlers need of it. */
export interface ApiCall {
  readonly form: FormTree;
  /** The id in the path; empty where the path has none. */
  readonly id: string;
  /** The connected account that it acts in; `null` on the platform. */
  readonly account: string | null;
}

/** These members, with a space between them, unset. */
export function nulls(names: string): Record<string, null> {
  return Object.fromEntries(names.split(' ').map((name) => [name, null]));
}

/** The body of a 200. */
export type ApiObject = Record<string, unknown>;
