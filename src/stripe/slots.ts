import { Problem } from '../core/problem.js';

export interface SlotLimits {
  maxInFlight: number;
  maxWaiting: number;
}

/** A place among the open Stripe calls; to be released when the call has really ended. */
export interface Slot {
  release(): void;
}

interface Waiter {
  admit: (slot: Slot) => void;
  refuse: (problem: Problem) => void;
  timer: NodeJS.Timeout;
}

const LONGEST_WAIT_MS = 1_000;
const STALL_MS = 1_000;

/**
 * The open Stripe calls of one router, and the room in front of them (H9). First come, first served. The room
 * smooths a burst; once the oldest open call is older than 1 s it is emptied, and it stays closed until a call
 * ends in less: waiting for a hung Stripe would only make every answer late.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #openSince = new Set<{ at: number }>();
  readonly #waiting: Waiter[] = [];
  #stalled = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** How many calls are open, and how many requests wait. */
  get state(): { inFlight: number; waiting: number } {
    return { inFlight: this.#openSince.size, waiting: this.#waiting.length };
  }

  /** Resolves with a slot, within 1 s and `leftMs`, or rejects with `overloaded`. */
  acquire(leftMs: number): Promise<Slot> {
    if (this.#openSince.size < this.#limits.maxInFlight) return Promise.resolve(this.#open());
    this.#stalled ||= this.#oldestIsStalled();
    if (this.#stalled || this.#waiting.length >= this.#limits.maxWaiting) return Promise.reject(overloaded());
    return new Promise((admit, refuse) => {
      const leave = () => this.#leave(waiter);
      const waiter: Waiter = {
        admit,
        refuse,
        timer: setTimeout(leave, Math.min(LONGEST_WAIT_MS, leftMs)),
      };
      this.#waiting.push(waiter);
      this.#watchOldest();
    });
  }

  #open(): Slot {
    const call = { at: performance.now() };
    this.#openSince.add(call);
    return { release: () => this.#close(call) };
  }

  #close(call: { at: number }): void {
    if (!this.#openSince.delete(call)) return;
    this.#stalled = performance.now() - call.at > STALL_MS;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    next.admit(this.#open());
  }

  #leave(waiter: Waiter): void {
    const place = this.#waiting.indexOf(waiter);
    if (place === -1) return;
    this.#waiting.splice(place, 1);
    waiter.refuse(overloaded());
  }

  #watchOldest(): void {
    if (this.#watch !== undefined) return;
    const [oldest] = this.#openSince;
    const dueMs = (oldest?.at ?? 0) + STALL_MS - performance.now();
    this.#watch = setTimeout(() => this.#emptyIfStalled(), Math.max(1, Math.ceil(dueMs)));
  }

  #emptyIfStalled(): void {
    this.#watch = undefined;
    if (this.#oldestIsStalled()) {
      this.#stalled = true;
      for (const waiter of this.#waiting.splice(0)) {
        clearTimeout(waiter.timer);
        waiter.refuse(overloaded());
      }
    } else if (this.#waiting.length > 0) {
      this.#watchOldest();
    }
  }

  #oldestIsStalled(): boolean {
    const [oldest] = this.#openSince;
    return oldest !== undefined && performance.now() - oldest.at > STALL_MS;
  }
}

function overloaded(): Problem {
  return new Problem('overloaded', { headers: { 'Retry-After': '1' } });
}
