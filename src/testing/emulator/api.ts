import type { Answer } from './answer.js';
import { accountOf } from './connect.js';
import { ApiError, errorAnswer, refused } from './errors.js';
import { type ActiveFault, answerInstead, type Faults } from './faults.js';
import { type FormTree, parseForm } from './form.js';
import { IdempotencyKeys, isKept } from './idempotency.js';
import { newId } from './ids.js';
import { authenticate, authorize, keyOf } from './keys.js';
import type { EmulatorConfig } from './options.js';
import { HANDLERS, type Route } from './routes.js';
import type { EmulatorState } from './state.js';

/** A request with its body read. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body: string;
  readonly route: Route | undefined;
  /** The `{customer}` of the path. */
  readonly id: string;
  header(name: string): string | undefined;
}

/** Stripe's API: requests in, answers out. */
export class Api {
  readonly #idempotency: IdempotencyKeys;
  #window = { startedAt: -Infinity, count: 0 };

  constructor(
    private readonly config: EmulatorConfig,
    private readonly state: EmulatorState,
    private readonly faults: Faults,
    /** Resolves after so many milliseconds, or rejects once the emulator closes. */
    private readonly pause: (ms: number) => Promise<void>,
  ) {
    this.#idempotency = new IdempotencyKeys(config.now);
  }

  clear(): void {
    this.#idempotency.clear();
    this.#window = { startedAt: -Infinity, count: 0 };
  }

  /** Answers a request: Stripe's way from the key to the handler. */
  async answer(received: Received, active: ActiveFault | undefined): Promise<Answer> {
    return attempt(async () => {
      const key = keyOf(received.header('authorization'));
      authenticate(this.config, key);
      this.#limitRate();
      if (!received.route) throw unrecognized(received);
      authorize(this.config, key, received.route);
      checkVersion(received.header('stripe-version'));
      const account = accountOf(received.header('stripe-account'), received.header('stripe-context'));
      const form = readForm(received);
      return this.#execute({ ...received, form, account, route: received.route }, active);
    });
  }

  async #execute(
    call: Received & { form: FormTree; account: string | null; route: Route },
    active: ActiveFault | undefined,
  ): Promise<Answer> {
    const delayMs = this.faults.latencyMs + (active?.fault.delayMs ?? 0);
    const instead = answerInstead(active?.fault);
    if (instead && !isKept(instead)) {
      await this.pause(delayMs);
      return instead;
    }
    const guarded = {
      // "All POST requests accept idempotency keys"; on GET and DELETE they have no effect.
      key: call.method === 'POST' ? call.header('idempotency-key') : undefined,
      scope: call.account ?? '',
      request: fingerprintOf(call),
    };
    return this.#idempotency.run(guarded, () =>
      attempt(async () => {
        await this.pause(delayMs);
        const body = instead?.body ?? HANDLERS[call.route](this.state, call);
        return { status: instead?.status ?? 200, body, requestId: newId('req_') };
      }),
    );
  }

  #limitRate(): void {
    const { rateLimit, now } = this.config;
    if (!rateLimit) return;
    const at = now();
    if (at - this.#window.startedAt >= rateLimit.windowMs) this.#window = { startedAt: at, count: 0 };
    this.#window.count += 1;
    if (this.#window.count > rateLimit.limit)
      throw refused(429, 'Request rate limit exceeded.', 'rate_limit');
  }
}

/** The parameters of a request, wherever the method puts them. */
export function readForm({
  method,
  path,
  body,
  header,
}: Pick<Received, 'method' | 'path' | 'body' | 'header'>) {
  const [, query = ''] = path.split(/\?(.*)/s);
  if (method !== 'POST') return parseForm(query);
  const [type = ''] = (header('content-type') ?? '').split(';');
  if (type.trim() !== '' && type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw refused(
      400,
      `Request bodies must be form-encoded (application/x-www-form-urlencoded), not ${type.trim()}.`,
    );
  }
  return parseForm([query, body].filter(Boolean).join('&'));
}

// Refusals become answers, with a request id like any other.
async function attempt(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { status, body, headers } = error;
    return { status, body: errorAnswer(body), headers, requestId: newId('req_') };
  }
}

// Stripe compares parameters, not bytes: their order does not matter.
function fingerprintOf({ method, path, body }: Received): string {
  const params = new URLSearchParams(body);
  params.sort();
  return `${method} ${path}\n${params.toString()}`;
}

function unrecognized({ method, path }: Received): ApiError {
  return refused(404, `Unrecognized request URL (${method}: ${path.split('?')[0]}).`);
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?(;.*)?$/.test(version)) return;
  throw refused(400, `Invalid Stripe API version: ${version.slice(0, 64)}`);
}
