import { type Answer, ApiError, refused } from './errors.js';

// "You can remove keys from the system automatically after they're at least 24 hours old"
// (https://docs.stripe.com/api/idempotent_requests).
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

interface Entry {
  readonly request: string;
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
  /** Which answers a repetition gets again; any other is as if the key had never been used. */
  readonly keeps: (answer: Answer) => boolean;
}

/** The first answer of each key, for a day. */
export class IdempotencyKeys {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly now: () => number) {}

  /** Runs a call once per key; repetitions get the first answer, marked as replayed. */
  async run(call: IdempotentCall, execute: () => Promise<Answer>): Promise<Answer> {
    const { key, scope, request, keeps } = call;
    if (key === undefined) return execute();
    if (key === '' || key.length > 255) throw refused(400, 'An idempotency key has 1 to 255 characters.');
    const id = JSON.stringify([scope, key]);
    const first = this.#entries.get(id);
    if (first && !(first.answer && this.now() - first.at >= KEPT_FOR_MS)) return replay(first, call);
    const entry: Entry = { request, at: this.now() };
    this.#entries.set(id, entry);
    try {
      const answer = await execute();
      if (keeps(answer)) entry.answer = answer;
      return answer;
    } finally {
      if (!entry.answer && this.#entries.get(id) === entry) this.#entries.delete(id);
    }
  }

  /** Forgets each key whose first request has ended. */
  expire(): void {
    for (const [id, { answer }] of this.#entries) if (answer) this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}

function replay(first: Entry, { key, request }: IdempotentCall): Answer {
  if (first.request !== request) {
    throw new ApiError(400, {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
        `Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  }
  if (first.answer) return { ...first.answer, replayed: true };
  throw new ApiError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key: ${key}.`,
  });
}

/**
 * What v1 keeps: the answer of an execution, a 500 included; "if incoming parameters fail validation, or the request
 * conflicts with another request that's executing concurrently", nothing has executed (same page). 502 to 504 come
 * from the edge before any execution.
 */
export function keptByV1({ status, body }: Answer): boolean {
  if (status < 300 || status === 402 || status === 500) return true;
  return (body.error as { code?: string } | undefined)?.code === 'resource_missing';
}

/** v2 runs what has failed again (https://docs.stripe.com/api-v2-overview#idempotency). */
export function keptByV2({ status }: Answer): boolean {
  return status < 300;
}
