/** What the demo's server tells its page: types alone, since both sides read them. */

/** One stop on the way of a request. */
export interface Stop {
  name: string;
  state: 'passed' | 'stopped' | 'not reached';
  detail?: string;
  /** When it was passed, in milliseconds after the request's arrival. */
  at?: number;
  /** How long it took, in milliseconds, where that says something. */
  ms?: number;
}

/** One request to the router, and how far it came. No secret, no cookie: they never come near it. */
export interface Entry {
  id: number;
  time: string;
  asked: string;
  status: number;
  outcome: string;
  ms: number;
  way: Stop[];
  headers: Header[];
}

export type Header = [name: string, value: string];

/** A request of a scenario and its answer, with every secret and cookie masked. */
export interface Exchange {
  /** Who asked, for example `Ada`. */
  who: string;
  asked: string[];
  /** `null` where there was no answer. */
  status: number | null;
  /** From the request to its answer, or to the end of patience, in milliseconds. */
  ms: number;
  headers: Header[];
  body: string;
}

/** What one of the two routes did in a scenario. */
export interface Side {
  /** The outcome in a few words: `200, a secret`. */
  outcome: string;
  /** What that means, with the evidence of this run. */
  finding: string;
  /** Somebody got what he must not have, or waits for nothing. */
  harm: boolean;
  exchanges: Exchange[];
  /** How far the last request came; only the router tells. */
  entry?: Entry;
}

export interface Played {
  id: string;
  /** Without the emulator there is none: no secret of a real account goes through it. */
  naive: Side | null;
  router: Side;
}

export interface ScenarioText {
  id: string;
  title: string;
  /** What the attacker or the outage does. */
  story: string;
  /** The page's own checkout meets it too. */
  outage: boolean;
}

export interface User {
  id: string;
  name: string;
}

export interface DemoState {
  user: User | null;
  /** `pk_test_…`: the page mounts the real Payment Element. */
  publishableKey: string | null;
  scenarios: ScenarioText[];
  /** Another one after each start of the server: the page then loads anew. */
  run: string;
}

export interface Card {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}
