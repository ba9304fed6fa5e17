import type { CustomerSession } from './answer.js';

/**
 * The session as an option of `stripe.elements()` and `elements.update()`, and nothing else that this package
 * knows: Stripe.js refuses options that it does not know. No session gives `{}`.
 */
export function toElementsOptions(session: CustomerSession | null | undefined): {
  /** The session's secret. */
  customerSessionClientSecret?: string;
} {
  return session ? { customerSessionClientSecret: session.clientSecret } : {};
}
