import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { configError } from '../core/config-error.js';
import type { Awaitable } from '../core/types.js';
import { type GuardConfig, type GuardedStoreOptions, parseGuardOptions } from './guarded-store-options.js';
import { LocalCounts } from './local-counts.js';
import { type Outcome, PatientCalls } from './store-calls.js';

// A key of its own: one customer's broken counter must neither close the store for all nor keep it closed.
const PROBE_KEY = 'guarded-store-probe';
const DEFAULT_WINDOW_MS = 60_000;

/**
 * Wraps any store of express-rate-limit, so that an outage of it neither opens nor closes the endpoint: every
 * process then limits by itself. Each process counts its own hits all the time, and a request is judged by the
 * greater of both counts; so a process never lets through more than the limit in a window, whatever the store
 * forgot. `makeStore` is called again for each probe, so that a store that came up broken is replaced (rate-limit-
 * redis keeps a failed `SCRIPT LOAD` for ever). Have it build on one client, made outside.
 *
 * Each change of state is warned of once (`process.emitWarning`, codes `ESCS_LIMITER_LOCAL` and
 * `ESCS_LIMITER_SHARED`).
 *
 * @throws TypeError at construction for options that cannot work.
 */
export function guardedStore(makeStore: () => Store, options: GuardedStoreOptions = {}): Store {
  return new GuardedStore(makeStore, options);
}

type State = 'shared' | 'in doubt' | 'local';

class GuardedStore implements Store {
  readonly localKeys = false;
  readonly #makeStore: () => Store;
  readonly #config: GuardConfig;
  readonly #calls: PatientCalls;
  readonly #counts: LocalCounts;
  #store: Store | undefined;
  #state: State = 'shared';
  #failuresInARow = 0;
  #failedKeys = new Set<string>();
  /** Keys that fail while the store is well, left out until `until`. */
  #broken: { keys: ReadonlySet<string>; until: number } = { keys: new Set(), until: 0 };
  #probeAt = 0;
  #limiterOptions: Options | undefined;

  constructor(makeStore: () => Store, options: GuardedStoreOptions) {
    if (typeof makeStore !== 'function') {
      throw configError(
        'makeStore',
        makeStore,
        'Pass a function that makes the store: () => new RedisStore(…).',
      );
    }
    this.#makeStore = makeStore;
    this.#config = parseGuardOptions(options);
    this.#calls = new PatientCalls(this.#config.timeoutMs, this.#config.failures);
    this.#counts = new LocalCounts(this.#config.maxLocalKeys);
    this.#store = firstStore(makeStore);
  }

  get prefix(): string {
    return this.#store?.prefix ?? '';
  }

  init(options: Options): void {
    this.#limiterOptions = options;
    if (this.#store !== undefined) startStore(this.#store, options);
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    if (this.#state === 'local' && Date.now() >= this.#probeAt) void this.#probe();
    const shared = await this.#ask(key, async (store) => checkHits(await store.increment(key)));
    const local = this.#counts.count(key, this.#windowMs(), shared?.resetTime);
    return shared !== undefined && shared.totalHits >= local.totalHits ? shared : local;
  }

  async get(key: string): Promise<ClientRateLimitInfo | undefined> {
    const shared = await this.#ask(key, (store) => store.get?.(key));
    const local = this.#counts.get(key);
    return shared !== undefined && shared.totalHits >= (local?.totalHits ?? 0) ? shared : local;
  }

  async decrement(key: string): Promise<void> {
    this.#counts.decrement(key);
    await this.#ask(key, (store) => store.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    this.#counts.reset(key);
    await this.#ask(key, (store) => store.resetKey(key));
  }

  async resetAll(): Promise<void> {
    this.#counts.clear();
    await this.#ask('', (store) => store.resetAll?.());
  }

  async shutdown(): Promise<void> {
    this.#calls.releaseAll();
    this.#counts.clear();
    await this.#store?.shutdown?.();
  }

  // The shared store's answer, or `undefined` where this process has to do without.
  async #ask<T>(key: string, call: (store: Store) => Awaitable<T>): Promise<T | undefined> {
    if (this.#state !== 'shared' || this.#calls.crowded || this.#isBroken(key)) return undefined;
    const outcome = await this.#calls.run(() => call(this.#currentStore()));
    if (outcome.kind === 'answered') {
      this.#failuresInARow = 0;
      this.#failedKeys.clear();
      return outcome.value;
    }
    if (outcome.kind !== 'released') this.#noteFailure(key);
    return undefined;
  }

  #isBroken(key: string): boolean {
    return this.#broken.keys.has(key) && Date.now() < this.#broken.until;
  }

  // Whether it is the store that fails or one key of it, a probe tells; no request waits for that.
  #noteFailure(key: string): void {
    this.#failuresInARow += 1;
    this.#failedKeys.add(key);
    if (this.#state !== 'shared' || this.#failuresInARow < this.#config.failures) return;
    this.#state = 'in doubt';
    this.#calls.releaseAll();
    void this.#probe();
  }

  async #probe(): Promise<void> {
    this.#probeAt = Number.POSITIVE_INFINITY;
    const outcome = await this.#calls.run(async () => {
      this.#replaceStore(this.#freshStore());
      return checkHits(await this.#store?.increment(PROBE_KEY));
    });
    const before = this.#state;
    const now = outcome.kind === 'answered' ? 'shared' : 'local';
    this.#probeAt = Date.now() + this.#config.retryAfterMs;
    if (before === 'in doubt' && now === 'shared')
      this.#broken = { keys: this.#failedKeys, until: this.#probeAt };
    this.#failedKeys = new Set();
    this.#failuresInARow = 0;
    this.#state = now;
    if ((before === 'local') !== (now === 'local')) this.#announce(now, outcome);
  }

  #currentStore(): Store {
    this.#store ??= this.#freshStore();
    return this.#store;
  }

  #freshStore(): Store {
    const store = this.#makeStore();
    if (this.#limiterOptions !== undefined) startStore(store, this.#limiterOptions);
    return store;
  }

  #replaceStore(store: Store): void {
    const old = this.#store;
    this.#store = store;
    if (old !== undefined && old !== store) void settled(() => old.shutdown?.());
  }

  #windowMs(): number {
    return this.#limiterOptions?.windowMs ?? DEFAULT_WINDOW_MS;
  }

  #announce(state: 'shared' | 'local', outcome: Outcome<unknown>): void {
    const reason = outcome.kind === 'released' ? 'timeout' : outcome.kind;
    const event = { state, reason, ...(outcome.kind === 'failed' ? { error: outcome.error } : {}) };
    process.emitWarning(WARNINGS[state].text, { code: WARNINGS[state].code });
    void settled(() => this.#config.onStateChange?.(Object.freeze(event)));
  }
}

const WARNINGS = {
  local: {
    code: 'ESCS_LIMITER_LOCAL',
    text: 'The shared store of the rate limit does not answer: each process counts for itself until it does.',
  },
  shared: {
    code: 'ESCS_LIMITER_SHARED',
    text: 'The shared store of the rate limit answers again and is in use.',
  },
} as const;

// init's failure shows in the calls that follow.
function startStore(store: Store, options: Options): void {
  void settled(() => store.init?.(options));
}

async function settled(step: () => unknown): Promise<void> {
  try {
    await step();
  } catch {
    // Told by what comes after, or no concern of a request's.
  }
}

function firstStore(makeStore: () => Store): Store | undefined {
  let store: Store;
  try {
    store = makeStore();
  } catch {
    // Down at boot: the first request tries again.
    return undefined;
  }
  if (typeof store?.increment === 'function') return store;
  throw configError('makeStore', makeStore, 'It must return a store of express-rate-limit.');
}

function checkHits(info: ClientRateLimitInfo | undefined): ClientRateLimitInfo {
  if (info !== undefined && Number.isSafeInteger(info.totalHits) && info.totalHits > 0) return info;
  throw new TypeError('The store of the rate limit gave no count.');
}
