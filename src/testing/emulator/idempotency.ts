import { createHash } from 'node:crypto';
import type { Answer } from './answer.js';
import { ApiError, refused } from './errors.js';

// "You can remove keys from the system automatically after they're at least 24 hours old"
// (https://docs.stripe.com/api/idempotent_requests).
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

interface Entry {
  readonly fingerprint: string;
  readonly at: number;
  /** Unset while the first request is under way. */
  answer?: Answer;
}

export interface IdempotentCall {
  /** The `Idempotency-Key`; `undefined` runs the call unguarded. */
  readonly key: string | undefined;
  /** The account that the key belongs to. */
  readonly scope: string;
  /** Everything that a repetition must have in common with the first request. */
  readonly request: string;
}

/** The first answer of each key, for a day. */
export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs a call once per key; repetitions get the first answer, marked as replayed. */
  async run(call: IdempotentCall, execute: () => Promise<Answer>): Promise<Answer> {
    if (call.key === undefined) return execute();
    if (call.key === '' || call.key.length > 255) {
      throw refused(400, 'An idempotency key has 1 to 255 characters.');
    }
    const id = JSON.stringify([call.scope, call.key]);
    const fingerprint = createHash('sha256').update(call.request).digest('base64');
    const first = this.#first(id);
    if (first) return replay(first, fingerprint, call.key);
    const entry: Entry = { fingerprint, at: this.#now() };
    this.#entries.set(id, entry);
    try {
      const answer = await execute();
      if (isKept(answer)) entry.answer = answer;
      return answer;
    } finally {
      if (!entry.answer && this.#entries.get(id) === entry) this.#entries.delete(id);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #first(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry?.answer && this.#now() - entry.at >= KEPT_FOR_MS) {
      this.#entries.delete(id);
      return undefined;
    }
    return entry;
  }
}

function replay(first: Entry, fingerprint: string, key: string): Answer {
  if (first.fingerprint !== fingerprint) {
    throw new ApiError(400, {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
        `Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  }
  if (!first.answer) {
    throw new ApiError(409, {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key: ${key}.`,
    });
  }
  return { ...first.answer, replayed: true };
}

// Kept is the answer of an execution, a 500 included; "if incoming parameters fail validation, or the request
// conflicts with another request that's executing concurrently", nothing has executed (same page). 502 to 504
// come from the edge before any execution.
export function isKept({ status, body }: Answer): boolean {
  if (status < 300 || status === 402 || status === 500) return true;
  const { code } = (body.error ?? {}) as { code?: string };
  return code === 'resource_missing';
}
