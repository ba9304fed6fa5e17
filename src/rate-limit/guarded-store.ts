import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';
import { configError } from '../core/config-error.js';
import { type GuardConfig, type GuardedStoreOptions, parseGuardOptions } from './guarded-store-options.js';
import { type Count, LocalCounts } from './local-counts.js';
import { SharedStore } from './shared-store.js';
import { claimWindow, readHits } from './store.js';

/**
 * Wraps any store of express-rate-limit, so that an outage of it neither opens nor closes the endpoint: every
 * process then limits by itself, from what it counted and what the store last told. What it lets through meanwhile
 * is added to the store's count once the store answers again. The first requests of a process wait for the store's
 * first answer: a process that starts beside a healthy store has no limit of its own.
 *
 * `makeStore` is called again after a failure, so that a store that came up broken is replaced (rate-limit-redis
 * keeps a failed `SCRIPT LOAD` for ever). Have it build on one client, made outside.
 *
 * Each change of state is warned of once (`process.emitWarning`, codes `ESCS_LIMITER_LOCAL` and
 * `ESCS_LIMITER_SHARED`).
 *
 * @throws TypeError for options that cannot work; and, when a limiter takes it, for a store object that counts in
 * windows of another length already.
 */
export function guardedStore(makeStore: () => Store, options: GuardedStoreOptions = {}): Store {
  if (typeof makeStore !== 'function') {
    const fix = 'Pass a function that makes the store: () => new RedisStore(…).';
    throw configError('makeStore', makeStore, fix);
  }
  return new GuardedStore(makeStore, parseGuardOptions(options));
}

class GuardedStore implements Store {
  readonly localKeys = false;
  readonly #config: GuardConfig;
  readonly #shared: SharedStore;
  readonly #counts: LocalCounts;
  /** Counts with hits that the shared store lacks, to be added now or once it answers. */
  readonly #debts = new Map<string, Count>();
  #isPaying = false;
  // Until `init`, and where the limit is a function.
  #windowMs = 60_000;
  #mostOwed = 1_000;

  constructor(makeStore: () => Store, config: GuardConfig) {
    this.#config = config;
    this.#counts = new LocalCounts(config.maxLocalKeys);
    this.#shared = new SharedStore(makeStore, config, () => void this.#payDebts());
  }

  get prefix(): string {
    return this.#shared.prefix;
  }

  init({ windowMs, limit }: Options): void {
    claimWindow(this, windowMs);
    this.#windowMs = windowMs;
    if (typeof limit === 'number') this.#mostOwed = limit;
    this.#shared.init({ windowMs, limit });
  }

  async increment(key: string): Promise<ClientRateLimitInfo> {
    await this.#shared.started();
    const count = this.#counts.use(key, this.#windowMs);
    count.hits += 1;
    const hit: Hit = { key, count, ordinal: count.hits, isOwed: false, answer: undefined };
    await this.#addToShared(hit);
    const { answer } = hit;
    if (answer === undefined) return this.#countAlone(hit);
    endNoLaterThan(count, answer.resetTime);
    if (count.owed > 0) this.#debts.set(key, count);
    if (this.#debts.size > 0) void this.#payDebts();
    return { ...answer, totalHits: Math.max(hit.ordinal, answer.totalHits + count.owed) };
  }

  async get(key: string): Promise<ClientRateLimitInfo | undefined> {
    const answer = await this.#shared.ask((store) => store.get?.(key));
    const count = this.#counts.get(key);
    if (count === undefined) return answer;
    const sharedHits = answer?.totalHits || count.sharedHits;
    return { totalHits: Math.max(count.hits, sharedHits + count.owed), resetTime: endOf(count) };
  }

  async decrement(key: string): Promise<void> {
    const count = this.#counts.get(key);
    if (count !== undefined) count.hits = Math.max(0, count.hits - 1);
    if (count !== undefined && count.owed > 0) count.owed -= 1;
    else await this.#shared.ask((store) => store.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    this.#counts.delete(key);
    this.#debts.delete(key);
    await this.#shared.ask((store) => store.resetKey(key));
  }

  async resetAll(): Promise<void> {
    this.#counts.clear();
    this.#debts.clear();
    await this.#shared.ask((store) => store.resetAll?.());
  }

  async shutdown(): Promise<void> {
    await this.#shared.shutdown();
  }

  async #addToShared(hit: Hit): Promise<void> {
    const { key, count } = hit;
    if (performance.now() < count.askAgainAt) return;
    await this.#shared.ask(async (store) => {
      hit.answer = readHits(await store.increment(key));
      count.sharedHits = Math.max(count.sharedHits, hit.answer.totalHits);
      // Also where it was given up before, and counted by the store after all.
      if (hit.isOwed) count.owed = Math.max(0, count.owed - 1);
    });
  }

  #countAlone(hit: Hit): ClientRateLimitInfo {
    const { key, count, ordinal } = hit;
    const totalHits = Math.max(ordinal, count.sharedHits + count.owed + 1);
    hit.isOwed = totalHits <= this.#mostOwed;
    if (hit.isOwed) {
      count.owed += 1;
      if (this.#debts.size < this.#config.maxLocalKeys) this.#debts.set(key, count);
    }
    return { totalHits, resetTime: endOf(count) };
  }

  // One hit after another: the store may just have come back.
  async #payDebts(): Promise<void> {
    if (this.#isPaying) return;
    this.#isPaying = true;
    for (const [key, count] of this.#debts) {
      if (performance.now() < count.askAgainAt) continue;
      while (count.owed > 0 && performance.now() < count.endsAt) {
        const hit: Hit = { key, count, ordinal: 0, isOwed: true, answer: undefined };
        await this.#addToShared(hit);
        if (hit.answer !== undefined) continue;
        // The store answers others: it is this key that fails.
        count.askAgainAt = performance.now() + this.#config.retryAfterMs;
        break;
      }
      if (!this.#shared.isInUse) break;
      if (performance.now() >= count.askAgainAt) this.#debts.delete(key);
    }
    this.#isPaying = false;
  }
}

interface Hit {
  readonly key: string;
  readonly count: Count;
  /** The how manieth of this process in this window. */
  readonly ordinal: number;
  /** Let through, and the shared store does not have it. */
  isOwed: boolean;
  /** What the shared store told, be it late. */
  answer: ClientRateLimitInfo | undefined;
}

// The windows of all processes turn together while the store is well.
function endNoLaterThan(count: Count, sharedEnd: Date | undefined): void {
  const leftMs = (sharedEnd?.getTime() ?? Number.NaN) - Date.now();
  if (leftMs > 0) count.endsAt = Math.min(count.endsAt, performance.now() + leftMs);
}

function endOf(count: Count): Date {
  return new Date(Date.now() + Math.max(0, count.endsAt - performance.now()));
}
