import type { ClientRateLimitInfo } from 'express-rate-limit';

interface Count {
  hits: number;
  resetsAt: number;
}

/**
 * What this process counted itself, per key and window; at most `maxKeys` keys, of which the least recently used
 * goes first. No timer: what has expired goes as new keys come.
 */
export class LocalCounts {
  readonly #counts = new Map<string, Count>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /**
   * Counts a hit. A window of this process ends no later than the shared store says (`sharedReset`), so that both
   * windows turn together while the store is well.
   */
  count(key: string, windowMs: number, sharedReset?: Date): ClientRateLimitInfo {
    const now = Date.now();
    const count = this.#current(key, now) ?? { hits: 0, resetsAt: now + windowMs };
    const sharedEnd = sharedReset?.getTime() ?? Number.NaN;
    if (sharedEnd > now) count.resetsAt = Math.min(count.resetsAt, sharedEnd);
    // The clock may have been set back.
    count.resetsAt = Math.min(count.resetsAt, now + windowMs);
    count.hits += 1;
    this.#keep(key, count, now);
    return infoOf(count);
  }

  get(key: string): ClientRateLimitInfo | undefined {
    const count = this.#current(key, Date.now());
    return count && infoOf(count);
  }

  decrement(key: string): void {
    const count = this.#current(key, Date.now());
    if (count !== undefined && count.hits > 0) count.hits -= 1;
  }

  reset(key: string): void {
    this.#counts.delete(key);
  }

  clear(): void {
    this.#counts.clear();
  }

  get size(): number {
    return this.#counts.size;
  }

  #current(key: string, now: number): Count | undefined {
    const count = this.#counts.get(key);
    return count !== undefined && count.resetsAt > now ? count : undefined;
  }

  // A Map iterates in the order of insertion: deleting first makes it the order of use.
  #keep(key: string, count: Count, now: number): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
    let looked = 0;
    for (const [oldest, { resetsAt }] of this.#counts) {
      looked += 1;
      const full = this.#counts.size > this.#maxKeys;
      if (!full && (resetsAt > now || looked > 2)) return;
      this.#counts.delete(oldest);
    }
  }
}

function infoOf({ hits, resetsAt }: Count): ClientRateLimitInfo {
  return { totalHits: hits, resetTime: new Date(resetsAt) };
}
