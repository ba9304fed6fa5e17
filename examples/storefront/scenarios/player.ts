import type { RequestListener } from 'node:http';
import type { StripeEmulator } from 'express-stripe-customer-session/testing';
import type Stripe from 'stripe';
import type { Certificate } from '../certificate.js';
import type { Played, ScenarioText, Side } from '../shapes.js';
import type { Timeline } from '../timeline.js';
import { cachedAnswer } from './cached-answer.js';
import { customerDeleted } from './customer-deleted.js';
import { flood } from './flood.js';
import { foreignPage } from './foreign-page.js';
import { mixedUp } from './mixed-up.js';
import { plainHttp } from './plain-http.js';
import type { Play, Scenario } from './scenario.js';
import { stripeHangs } from './stripe-hangs.js';
import { Trial } from './trial.js';

const SCENARIOS: readonly Scenario[] = [
  foreignPage,
  cachedAnswer,
  mixedUp,
  stripeHangs,
  flood,
  customerDeleted,
  plainHttp,
];
const CREATE_SESSION = 'POST /v1/customer_sessions';

export interface PlayerParts {
  /** The shop, whose `/customer-session` is the router's. */
  shop: RequestListener;
  /** The route that it is compared with, and the Stripe of both; without them the router is tried alone. */
  naive: { app: RequestListener; stripe: Stripe; emulator: StripeEmulator } | undefined;
  certificate: Certificate;
  timeline: Timeline;
  /** Empties the router's limiter, so that one scenario's requests do not count in the next. */
  forgetLimits: () => void | Promise<void>;
}

/** Plays the scenarios, one at a time. */
export class ScenarioPlayer {
  readonly #parts: PlayerParts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: PlayerParts) {
    this.#parts = parts;
  }

  /** Those that can be played here. */
  get offered(): ScenarioText[] {
    return SCENARIOS.filter((scenario) => this.#canPlay(scenario)).map(({ id, title, story, outage }) => ({
      id,
      title,
      story,
      outage,
    }));
  }

  find(id: string): Scenario | undefined {
    return SCENARIOS.find((scenario) => scenario.id === id && this.#canPlay(scenario));
  }

  /** Lets Stripe misbehave as the scenario has it, until `end`. */
  async begin({ fault }: Scenario): Promise<void> {
    const { naive } = this.#parts;
    naive?.emulator.setFault(CREATE_SESSION, fault && (await fault(naive)));
  }

  async end(): Promise<void> {
    this.#parts.naive?.emulator.setFault(CREATE_SESSION, undefined);
    await this.#parts.forgetLimits();
  }

  play(scenario: Scenario): Promise<Played> {
    const played = this.#last.then(() => this.#play(scenario));
    this.#last = played.catch(() => undefined);
    return played;
  }

  async #play(scenario: Scenario): Promise<Played> {
    await this.#parts.forgetLimits();
    const { id, together } = scenario;
    if (together) {
      const [naive, router] = await Promise.all([this.#tryNaive(scenario), this.#tryRouter(scenario)]);
      return { id, naive, router };
    }
    return { id, naive: await this.#tryNaive(scenario), router: await this.#tryRouter(scenario) };
  }

  async #tryNaive(scenario: Scenario): Promise<Side | null> {
    const { shop, naive, certificate } = this.#parts;
    if (naive === undefined) return null;
    const { app, emulator } = naive;
    return sideOf(
      await play(scenario, new Trial({ app, shop, certificate, emulator, scenario: scenario.id })),
    );
  }

  async #tryRouter(scenario: Scenario): Promise<Side> {
    const { shop, naive, certificate, timeline } = this.#parts;
    const followed = timeline.follow(scenario.id);
    try {
      const trial = new Trial({
        app: shop,
        shop,
        certificate,
        emulator: naive?.emulator,
        scenario: scenario.id,
      });
      const played = await play(scenario, trial);
      const status = played.answers.at(-1)?.status;
      const entry = typeof status === 'number' ? await followed.entryWith(status) : undefined;
      return { ...sideOf(played), ...(entry && { entry }) };
    } finally {
      followed.stop();
    }
  }

  #canPlay({ needsEmulator }: Scenario): boolean {
    return !needsEmulator || this.#parts.naive !== undefined;
  }
}

async function play(scenario: Scenario, trial: Trial): Promise<Play> {
  try {
    return await scenario.play(trial);
  } finally {
    trial.close();
  }
}

function sideOf({ answers, harm, finding, outcome = answers.at(-1)?.outcome ?? 'no answer' }: Play): Side {
  return { outcome, harm, finding, exchanges: answers.map(({ exchange }) => exchange) };
}
