import type { Express } from 'express';
import type { StripeClient } from '../../src/core/types.js';
import { type CustomerSessionEvent, customerSessionRouter, savedPaymentMethods } from '../../src/index.js';
import { type Answer, call, expectResponseHeaders, fromBrowser } from './call.js';
import { startHost } from './host.js';

/** An app on which each mode of a misbehaving Stripe meets a router of its own, with one slot and no waiting room. */
export interface FaultApp {
  mount(
    path: string,
    settings: {
      stripe: StripeClient;
      deadlineMs: number;
      onEvent?: (event: CustomerSessionEvent) => void;
    },
  ): void;
  /** What a signed-in browser is answered; H1 is checked. */
  ask(path: string, cookie?: string): Promise<Answer>;
  close(): Promise<void>;
}

export const CUSTOMER = 'cus_Ada';

export async function startFaultApp(): Promise<FaultApp> {
  const apps: Express[] = [];
  const host = await startHost({ prepare: (app) => apps.push(app) });
  return {
    mount(path, settings) {
      const router = customerSessionRouter({
        authenticate: () => ({ customer: CUSTOMER }),
        resolveCustomer: (user) => user.customer,
        components: savedPaymentMethods({ save: 'on_session' }),
        rateLimit: false,
        livemode: false,
        maxInFlight: 1,
        maxWaiting: 0,
        onEvent: () => undefined,
        ...settings,
      });
      for (const app of apps) app.use(path, router);
    },
    async ask(path, cookie = 'sid=none') {
      const answer = await call(host, { path, headers: fromBrowser(host, { cookie }) });
      expectResponseHeaders(answer);
      return answer;
    },
    close: () => host.close(),
  };
}

/** The code of a refusal, or `ok`. */
export function codeOf({ status, json }: Answer): string {
  return status === 200 ? 'ok' : String(json.code);
}
