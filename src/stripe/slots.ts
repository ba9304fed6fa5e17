import { CustomerSessionProblem } from '../core/problem.js';

export interface SlotLimits {
  /** Calls open at once. */
  readonly maxInFlight: number;
  /** Requests that may wait for a slot. */
  readonly maxWaiting: number;
  /** How long a request may wait, in ms. */
  readonly longestWaitMs: number;
}

/** A place among the open Stripe calls; to be released once the call has really ended. */
export interface Slot {
  release(): void;
}

/** Who wants a slot. */
export interface SlotRequest {
  /** What is left of its deadline, in ms. */
  readonly leftMs: number;
  /** Calls back when the client has gone; returns how to stop listening. */
  readonly whenGone?: (listener: () => void) => () => void;
}

type RefusalReason = 'room_full' | 'room_closed' | 'waited' | 'client_closed';

interface Waiter {
  admit(slot: Slot): void;
  refuse(reason: RefusalReason): void;
}

/** While calls are open and none has ended for this long, Stripe hangs: waiting would only make every answer late. */
const STALL_MS = 1_000;

/**
 * The open Stripe calls, and the waiting room in front of them (H9): first come, first served. The room smooths a burst;
 * it is emptied and closed while Stripe hangs, and one stuck call closes nothing. Who hangs up leaves the room.
 */
export class Slots {
  readonly #limits: SlotLimits;
  /** When each open call began, the oldest first. */
  readonly #open = new Set<{ at: number }>();
  readonly #waiting = new Set<Waiter>();
  #lastEndAt = 0;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** How many calls are open, and how many requests wait. */
  get state(): { inFlight: number; waiting: number } {
    return { inFlight: this.#open.size, waiting: this.#waiting.size };
  }

  /** Resolves with a slot, within the longest wait and `leftMs`, or rejects with `overloaded`. */
  acquire(request: SlotRequest): Promise<Slot> {
    const { maxInFlight, maxWaiting } = this.#limits;
    if (this.#open.size < maxInFlight) return Promise.resolve(this.#begin());
    if (this.#waiting.size >= maxWaiting) return Promise.reject(overloaded('room_full'));
    if (this.#stalledForMs() >= STALL_MS) return Promise.reject(overloaded('room_closed'));
    return this.#wait(request);
  }

  #wait({ leftMs, whenGone }: SlotRequest): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        stopListening?.();
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        admit: (slot) => {
          leave();
          resolve(slot);
        },
        refuse: (reason) => {
          leave();
          reject(overloaded(reason));
        },
      };
      const timer = setTimeout(() => waiter.refuse('waited'), Math.min(this.#limits.longestWaitMs, leftMs));
      const stopListening = whenGone?.(() => waiter.refuse('client_closed'));
      this.#waiting.add(waiter);
      this.#watchForStall();
    });
  }

  #begin(): Slot {
    const call = { at: performance.now() };
    this.#open.add(call);
    return { release: () => this.#end(call) };
  }

  #end(call: { at: number }): void {
    if (!this.#open.delete(call)) return;
    this.#lastEndAt = performance.now();
    const [next] = this.#waiting;
    next?.admit(this.#begin());
  }

  // Counted from the later of the last end and the start of the first open call.
  #stalledForMs(): number {
    const [oldest] = this.#open;
    return oldest === undefined ? 0 : performance.now() - Math.max(oldest.at, this.#lastEndAt);
  }

  #watchForStall(): void {
    if (this.#stallTimer !== undefined) return;
    const dueMs = Math.max(1, Math.ceil(STALL_MS - this.#stalledForMs()));
    this.#stallTimer = setTimeout(() => this.#emptyIfStalled(), dueMs);
  }

  #emptyIfStalled(): void {
    this.#stallTimer = undefined;
    if (this.#waiting.size === 0) return;
    if (this.#stalledForMs() < STALL_MS) this.#watchForStall();
    else for (const waiter of this.#waiting) waiter.refuse('room_closed');
  }
}

function overloaded(reason: RefusalReason): CustomerSessionProblem {
  return new CustomerSessionProblem('overloaded', { retryAfterMs: 1_000, reason });
}

// A client can leave a call unsettled for ever (stripe-node's own, for a scalar body); its longest honest call is about four
// minutes. A slot is not lost for good to one.
const CALL_LOST_MS = 300_000;

/** Runs a call in its slot, which is held until the call has really ended: that may be after the deadline. */
export async function holding<T>(slot: Slot, call: () => Promise<T>): Promise<T> {
  const lost = setTimeout(() => slot.release(), CALL_LOST_MS).unref();
  try {
    return await call();
  } finally {
    clearTimeout(lost);
    slot.release();
  }
}
