import { CATALOGUE, type Kind } from './catalogue.js';

export type FindingCode = keyof typeof CATALOGUE;

/** What a check found: something to put right, something that is right, or what could not be checked and why. */
export type Outcome =
  | { kind: 'found'; code: FindingCode; seen: string; page?: string }
  | { kind: 'good'; text: string }
  | { kind: 'unchecked'; what: string; why: string };

export interface Finding extends Kind {
  code: FindingCode;
  /** What was seen. Without any key, secret, cookie or header of the user's. */
  seen: string;
  /** The page and heading that say more, from the package's own folder. */
  docs: string;
}

/** @param page - another heading than the finding's own in `docs/doctor.md` */
export function found(code: FindingCode, seen: string, page?: string): Outcome {
  return { kind: 'found', code, seen, ...(page === undefined ? {} : { page }) };
}

export function good(text: string): Outcome {
  return { kind: 'good', text };
}

export function unchecked(what: string, why: string): Outcome {
  return { kind: 'unchecked', what, why };
}

/** A finding with all that is told of it. */
export function findingOf({ code, seen, page }: Extract<Outcome, { kind: 'found' }>): Finding {
  return { code, ...CATALOGUE[code], seen, docs: page ?? `docs/doctor.md#${code}` };
}
