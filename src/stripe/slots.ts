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
  /** @param isSign whether the end of the call says that Stripe answers. */
  release(isSign?: boolean): void;
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

/** While calls are open and Stripe has answered none for this long, it hangs: waiting would only make every answer late. */
const STALL_MS = 1_000;

/**
 * The open Stripe calls, and the waiting room in front of them (H9): first come, first served. The room smooths a burst;
 * it is emptied and closed while Stripe hangs, until a call is answered again, and one stuck call closes nothing. Who
 * hangs up leaves the room.
 */
export class Slots {
  readonly #limits: SlotLimits;
  /** When each open call began, the oldest first. */
  readonly #open = new Set<{ at: number }>();
  readonly #waiting = new Set<Waiter>();
  #lastSignAt = 0;
  #isHung = false;
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
    if (this.#hangs()) return Promise.reject(overloaded('room_closed'));
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
    return { release: (isSign = true) => this.#end(call, isSign) };
  }

  #end(call: { at: number }, isSign: boolean): void {
    if (!this.#open.delete(call)) return;
    if (isSign) {
      this.#lastSignAt = performance.now();
      this.#isHung = false;
    }
    const [next] = this.#waiting;
    next?.admit(this.#begin());
  }

  // Stays so while stuck calls time out and others take their place, until one is answered.
  #hangs(): boolean {
    this.#isHung ||= this.#stalledForMs() >= STALL_MS;
    return this.#isHung;
  }

  // Counted from the later of the last sign and the start of the first open call.
  #stalledForMs(): number {
    const [oldest] = this.#open;
    return oldest === undefined ? 0 : performance.now() - Math.max(oldest.at, this.#lastSignAt);
  }

  #watchForStall(): void {
    if (this.#stallTimer !== undefined) return;
    const dueMs = Math.max(1, Math.ceil(STALL_MS - this.#stalledForMs()));
    this.#stallTimer = setTimeout(() => this.#emptyIfStalled(), dueMs);
  }

  #emptyIfStalled(): void {
    this.#stallTimer = undefined;
    if (this.#waiting.size === 0) return;
    if (!this.#hangs()) this.#watchForStall();
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
  const startedAt = performance.now();
  const lost = setTimeout(() => slot.release(false), CALL_LOST_MS).unref();
  try {
    const answer = await call();
    slot.release();
    return answer;
  } catch (error) {
    // A refusal comes soon; what fails late has waited for nothing.
    slot.release(performance.now() - startedAt < STALL_MS);
    throw error;
  } finally {
    clearTimeout(lost);
  }
}
