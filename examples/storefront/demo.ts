import express, { type Request, type Router } from 'express';
import type { StripeEmulator } from 'express-stripe-customer-session/testing';
import type { ScenarioPlayer } from './scenarios/player.js';
import type { DemoState } from './shapes.js';
import type { Timeline } from './timeline.js';
import type { User } from './users.js';

export interface DemoParts {
  timeline: Timeline;
  player: ScenarioPlayer;
  userOf: (req: Request) => User | undefined;
  emulator: StripeEmulator | undefined;
  publishableKey: string | undefined;
}

/** `/demo/…`: what the page needs to show what happens. No part of a real shop. */
export function demoRoutes(parts: DemoParts): Router {
  const { timeline, player, emulator, userOf, publishableKey } = parts;
  const router = express.Router();
  router.use('/demo', (_req, res, next) => {
    res.set('cache-control', 'no-store');
    next();
  });

  router.get('/demo/state', (req, res) => {
    const state: DemoState = {
      user: userOf(req) ?? null,
      publishableKey: publishableKey ?? null,
      scenarios: player.offered,
      run: timeline.run,
    };
    res.json(state);
  });

  router.get('/demo/events', timeline.stream);

  // Does for the drawing what Stripe.js does for the Payment Element: the secret is all it has.
  router.post('/demo/claim', express.json(), (req, res) => {
    const secret: unknown = (req.body as { clientSecret?: unknown } | undefined)?.clientSecret;
    const claim = typeof secret === 'string' ? emulator?.claim(secret) : undefined;
    const cards = claim?.status === 'claimed' ? claim.paymentMethods : [];
    res.json({
      cards: cards.map(({ brand, last4, expMonth, expYear }) => ({ brand, last4, expMonth, expYear })),
    });
  });

  router.post('/demo/scenarios/:id/:step', async (req, res) => {
    const scenario = player.find(req.params.id);
    if (scenario === undefined)
      return void res.status(404).json({ error: 'There is no such scenario here.' });
    if (req.params.step === 'play') {
      // Whose page is gone before the answer will never say that it is over.
      res.on('close', () => {
        if (!res.writableFinished) void player.end();
      });
      return void res.json(await player.play(scenario));
    }
    await (req.params.step === 'begin' ? player.begin(scenario) : player.end());
    res.json({});
  });

  return router;
}
