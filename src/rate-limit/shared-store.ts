import type { Store } from 'express-rate-limit';
import { configError } from '../core/config-error.js';
import type { GuardConfig } from './guarded-store-options.js';
import { claimWindow, initStore, readHits, type StoreOptions } from './store.js';
import { type Outcome, StoreCalls } from './store-calls.js';

// A key of its own: one customer's broken counter must neither close the store for all nor keep it closed.
const PROBE_KEY = 'guarded-store-probe';
// Between two tries while a process starts.
const STARTUP_PAUSE_MS = 50;

/**
 * The host's store, asked only while it is well. After `failures` in a row it is left alone, made anew and probed
 * until it answers; no request waits for that.
 */
export class SharedStore {
  readonly #makeStore: () => Store;
  readonly #config: GuardConfig;
  readonly #onShared: () => void;
  readonly #calls: StoreCalls;
  #store: Store | undefined;
  #options: StoreOptions | undefined;
  #state: 'starting' | 'shared' | 'local' | 'closed' = 'starting';
  #started: Promise<void> | undefined;
  #isToldLocal = false;
  #failuresInARow = 0;
  #retry: NodeJS.Timeout | undefined;

  /** `onShared` is called each time that the store has proved to answer. */
  constructor(makeStore: () => Store, config: GuardConfig, onShared: () => void) {
    this.#makeStore = makeStore;
    this.#config = config;
    this.#onShared = onShared;
    this.#calls = new StoreCalls(config.timeoutMs);
    this.#store = firstStore(makeStore);
  }

  get prefix(): string {
    return this.#store?.prefix ?? '';
  }

  get isInUse(): boolean {
    return this.#state === 'shared';
  }

  init(options: StoreOptions): void {
    this.#options = options;
    if (this.#store !== undefined) this.#initStore(this.#store);
  }

  /** Resolves once the store has answered for the first time, after `startupMs` at most. */
  async started(): Promise<void> {
    if (this.#state !== 'starting') return;
    this.#started ??= this.#start();
    await this.#started;
  }

  /** The store's answer; `undefined` where it fails or is not in use. Never rejects. */
  async ask<T>(call: (store: Store) => T | PromiseLike<T>): Promise<T | undefined> {
    const store = this.#store;
    if (this.#state !== 'shared' || store === undefined) return undefined;
    const outcome = await this.#calls.run(() => call(store));
    if (outcome.kind === 'answered') {
      this.#failuresInARow = 0;
      return outcome.value;
    }
    if (outcome.kind !== 'released') this.#noteFailure();
    return undefined;
  }

  async shutdown(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#retry);
    this.#calls.releaseAll();
    await this.#store?.shutdown?.();
  }

  #noteFailure(): void {
    this.#failuresInARow += 1;
    if (this.#state !== 'shared' || this.#failuresInARow < this.#config.failures) return;
    this.#state = 'local';
    this.#calls.releaseAll();
    void this.#recover();
  }

  // Its client may be connecting still. What is waited is counted, not measured: a process that starts is busy.
  async #start(): Promise<void> {
    let outcome = await this.#probe(this.#store);
    let waitedMs = 0;
    while (outcome.kind !== 'answered' && waitedMs < this.#config.startupMs && this.#state === 'starting') {
      await pause(STARTUP_PAUSE_MS);
      waitedMs += STARTUP_PAUSE_MS + (outcome.kind === 'timeout' ? this.#config.timeoutMs : 0);
      outcome = await this.#probe();
    }
    this.#conclude(outcome);
  }

  async #recover(): Promise<void> {
    this.#conclude(await this.#probe());
  }

  #conclude(outcome: Outcome<unknown>): void {
    if (this.#state === 'closed') return;
    if (outcome.kind === 'answered') {
      this.#state = 'shared';
      this.#failuresInARow = 0;
      if (this.#isToldLocal) this.#tell('shared', outcome);
      this.#onShared();
      return;
    }
    this.#state = 'local';
    if (!this.#isToldLocal) this.#tell('local', outcome);
    this.#retry = setTimeout(() => void this.#recover(), this.#config.retryAfterMs).unref();
  }

  #probe(store?: Store): Promise<Outcome<unknown>> {
    return this.#calls.run(async () => readHits(await (store ?? this.#renew()).increment(PROBE_KEY)));
  }

  #renew(): Store {
    const [old, store] = [this.#store, checkStore(this.#makeStore())];
    this.#initStore(store);
    this.#store = store;
    if (old !== undefined && old !== store) void settled(() => old.shutdown?.());
    return store;
  }

  #initStore(store: Store): void {
    if (this.#options === undefined) return;
    claimWindow(store, this.#options.windowMs);
    initStore(store, this.#options);
  }

  #tell(state: 'shared' | 'local', outcome: Outcome<unknown>): void {
    this.#isToldLocal = state === 'local';
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

function firstStore(makeStore: () => Store): Store | undefined {
  let store: Store;
  try {
    store = makeStore();
  } catch {
    // Down at boot: the first request tries again.
    return undefined;
  }
  return checkStore(store);
}

function checkStore(store: Store): Store {
  if (typeof store?.increment === 'function') return store;
  throw configError('makeStore', store, 'It must return a store of express-rate-limit.');
}

async function settled(step: () => unknown): Promise<void> {
  try {
    await step();
  } catch {
    // No concern of a request's.
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
