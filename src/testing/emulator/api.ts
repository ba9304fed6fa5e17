import { accountOf, authenticate, authorize, checkVersion, keyOf } from './access.js';
import { type Answer, ApiError, errorAnswer, refused } from './errors.js';
import type { StripeEmulatorFault } from './fault-types.js';
import { answerInstead } from './faults.js';
import { IdempotencyKeys, keptByV1, keptByV2 } from './idempotency.js';
import { newId } from './ids.js';
import type { EmulatorConfig } from './options.js';
import type { Received } from './request.js';
import type { EmulatorState } from './state.js';

/** Stripe's API: requests in, answers out. */
export class Api {
  readonly idempotency: IdempotencyKeys;

  constructor(
    private readonly config: EmulatorConfig,
    private readonly state: EmulatorState,
    /** Resolves after so many milliseconds, or rejects once the emulator closes. */
    private readonly pause: (ms: number) => Promise<void>,
  ) {
    this.idempotency = new IdempotencyKeys(config.now);
  }

  /** Answers a request: Stripe's way from the key to the handler. */
  async answer(received: Received, fault: StripeEmulatorFault): Promise<Answer> {
    return attempt(async () => {
      const { match, form, path, header } = received;
      const key = keyOf(header('authorization'));
      authenticate(this.config, key);
      if (!match) throw refused(404, `Unrecognized request URL (${received.method}: ${path}).`);
      authorize(this.config, key, match.route);
      checkVersion(header('stripe-version'), path);
      const account = accountOf(header('stripe-account'), header('stripe-context'));
      if (form instanceof ApiError) throw form;
      return this.#execute(received, fault, account, () =>
        match.handle(this.state, { form, id: match.id, account }),
      );
    });
  }

  async #execute(
    received: Received,
    fault: StripeEmulatorFault,
    account: string | null,
    handle: () => Record<string, unknown>,
  ): Promise<Answer> {
    const keeps = received.path.startsWith('/v2/') ? keptByV2 : keptByV1;
    const instead = answerInstead(fault);
    const execute = () =>
      attempt(async () => {
        await this.pause(fault.delayMs ?? 0);
        return instead ?? { status: 200, body: handle(), requestId: newId('req_') };
      });
    // What comes from in front of Stripe's execution never meets a key.
    if (instead && !keeps(instead)) return execute();
    // "All POST requests accept idempotency keys"; on GET and DELETE they have no effect.
    const key = received.method === 'POST' ? received.header('idempotency-key') : undefined;
    const call = { key, scope: account ?? '', request: received.fingerprint, keeps };
    return this.idempotency.run(call, execute);
  }
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
