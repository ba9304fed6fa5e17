import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit';

interface FakeStore extends Store {
  readonly windows: number[];
  isShut: boolean;
}

/** A server that counts for all of its clients, and goes down as a test tells it to. */
export class FakeServer {
  mode: 'answers' | 'fails' | 'hangs' = 'answers';
  /** What `increment` answers instead of a count. */
  junk: { answer: unknown } | undefined;
  /** Keys that fail while the others are counted. */
  readonly brokenKeys = new Set<string>();
  readonly hits = new Map<string, number>();
  /** The keys that were counted or refused, in order. */
  readonly asked: string[] = [];
  /** The stores that were made, in order. */
  readonly stores: FakeStore[] = [];
  onNewStore = () => {};
  readonly #hanging: (() => void)[] = [];
  readonly #resetTime: () => Date | undefined;

  constructor(resetTime: () => Date | undefined = () => undefined) {
    this.#resetTime = resetTime;
  }

  readonly makeStore = (): Store => {
    const store: FakeStore = {
      windows: [],
      isShut: false,
      init: ({ windowMs }: Options) => void store.windows.push(windowMs),
      increment: (key) => this.#increment(key),
      get: (key) => this.#infoOf(key),
      decrement: (key) => void this.hits.set(key, (this.hits.get(key) ?? 0) - 1),
      resetKey: (key) => void this.hits.delete(key),
      resetAll: () => this.hits.clear(),
      shutdown: () => {
        store.isShut = true;
      },
    };
    this.stores.push(store);
    this.onNewStore();
    return store;
  };

  /** Answers again, first what has hung. */
  thaw(): void {
    this.mode = 'answers';
    for (const answer of this.#hanging.splice(0)) answer();
  }

  #increment(key: string): Promise<ClientRateLimitInfo> {
    this.asked.push(key);
    if (this.mode === 'fails' || this.brokenKeys.has(key)) return Promise.reject(new Error('down'));
    if (this.junk !== undefined) return Promise.resolve(this.junk.answer as ClientRateLimitInfo);
    if (this.mode === 'answers') return Promise.resolve(this.#count(key));
    return new Promise((resolve) => {
      this.#hanging.push(() => resolve(this.#count(key)));
    });
  }

  #count(key: string): ClientRateLimitInfo {
    this.hits.set(key, (this.hits.get(key) ?? 0) + 1);
    return this.#infoOf(key) as ClientRateLimitInfo;
  }

  #infoOf(key: string): ClientRateLimitInfo | undefined {
    const totalHits = this.hits.get(key);
    return totalHits === undefined ? undefined : { totalHits, resetTime: this.#resetTime() };
  }
}
