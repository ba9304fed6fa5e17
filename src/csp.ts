import { choiceError, refuseUnknownKeys } from './core/config-error.js';

/** Options of `stripeCspDirectives`. */
export interface StripeCspOptions {
  /** Also what the Address Element needs: Google Maps. Default `false`. */
  addressElement?: boolean | undefined;
}

/** Directives under helmet's names; each also lets the page's own origin in. */
export interface StripeCspDirectives {
  /** `connect-src` */
  connectSrc: string[];
  /** `frame-src` */
  frameSrc: string[];
  /** `script-src` */
  scriptSrc: string[];
}

const MAPS = 'https://maps.googleapis.com';

/**
 * The Content-Security-Policy directives that a page with Stripe.js needs, for helmet:
 * `helmet({ contentSecurityPolicy: { directives: { ...stripeCspDirectives() } } })`. They replace helmet's own of the
 * same name, so each has `'self'`; add your own sources to the arrays. For the page of a checkout, not for the router,
 * which answers with a policy of its own.
 *
 * @throws {TypeError} for an option that does not exist or is no boolean.
 * @see https://docs.stripe.com/security/guide#content-security-policy
 */
export function stripeCspDirectives(options: StripeCspOptions = {}): StripeCspDirectives {
  refuseUnknownKeys('stripeCspDirectives()', options, ['addressElement']);
  const { addressElement = false } = options;
  if (typeof addressElement !== 'boolean')
    throw choiceError('addressElement', addressElement, 'Use true for a page with the Address Element.');
  const maps = addressElement ? [MAPS] : [];
  return {
    connectSrc: ["'self'", 'https://api.stripe.com', ...maps],
    frameSrc: ["'self'", 'https://*.js.stripe.com', 'https://js.stripe.com', 'https://hooks.stripe.com'],
    scriptSrc: ["'self'", 'https://*.js.stripe.com', 'https://js.stripe.com', ...maps],
  };
}
