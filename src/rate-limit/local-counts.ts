/** What this process knows of a key in the current window. */
export interface Count {
  /** Hits of this process. */
  hits: number;
  /** The highest total that the shared store told. */
  sharedHits: number;
  /** Hits that were let through and that the shared store does not have. */
  owed: number;
  /** The end of the window, as `performance.now()` tells the time: the clock on the wall may be set back. */
  endsAt: number;
  /** The shared store is not asked for this key before, because it fails for this key alone. */
  askAgainAt: number;
}

/**
 * The counts of this process; at most `maxKeys` keys, of which the least recently used goes first. No timer: what has
 * expired goes as new keys come.
 */
export class LocalCounts {
  readonly #counts = new Map<string, Count>();
  readonly #maxKeys: number;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** The count of this key: a new one if it has none, or its window is over. */
  use(key: string, windowMs: number): Count {
    const now = performance.now();
    const fresh = { hits: 0, sharedHits: 0, owed: 0, endsAt: now + windowMs, askAgainAt: now };
    const count = this.get(key) ?? fresh;
    // A Map iterates in the order of insertion: deleting first makes it the order of use.
    this.#counts.delete(key);
    this.#counts.set(key, count);
    this.#dropOldest(now);
    return count;
  }

  get(key: string): Count | undefined {
    const count = this.#counts.get(key);
    return count !== undefined && count.endsAt > performance.now() ? count : undefined;
  }

  delete(key: string): void {
    this.#counts.delete(key);
  }

  clear(): void {
    this.#counts.clear();
  }

  // Beyond the room, the oldest; else two at most that have expired, since one comes with each call.
  #dropOldest(now: number): void {
    let looked = 0;
    for (const [oldest, { endsAt }] of this.#counts) {
      looked += 1;
      const full = this.#counts.size > this.#maxKeys;
      if (!full && (endsAt > now || looked > 2)) return;
      this.#counts.delete(oldest);
    }
  }
}
