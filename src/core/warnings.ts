import type { CustomerSessionProblem } from './problem.js';

export interface Warning {
  readonly code: string;
  readonly text: string;
}

const ONCE = 'This is said once.';

const TLS_REASONS: Record<string, string> = {
  not_secure:
    'Behind a proxy that ends TLS, set "trust proxy" to that proxy: app.set(\'trust proxy\', 1). For development on ' +
    'plain http, set dangerouslyAllowHttpOnLocalhost: true.',
  forwarded_proto: 'A proxy on the way got it over plain http: X-Forwarded-Proto lists more than "https".',
  plain_origin: 'The page that sent it was loaded over plain http. Redirect pages to https.',
  local_host: 'Plain http is for localhost only, and the Host header names no local address.',
  local_origin: 'Plain http is for localhost only, and the Origin header names no local page.',
  local_socket: 'Plain http is for localhost only, and the connection came from another machine.',
  local_forwarded:
    'Plain http is for localhost only, and the request was forwarded to a container: it has Forwarded or X-Forwarded headers.',
};

/** What the developer should be told of a refusal, on stderr; `undefined` where nothing is to be changed. */
export function warningOf(
  problem: CustomerSessionProblem,
  { isHeard }: { isHeard: boolean },
): Warning | undefined {
  const { code, reason = '', cause, stripe } = problem;
  switch (code) {
    case 'tls_required':
      return {
        code: 'ESCS_TLS_REQUIRED',
        text: `A request for a customer session did not come over TLS and was refused (403 tls_required). ${TLS_REASONS[reason] ?? ''} ${ONCE}`,
      };
    case 'cross_origin':
      return reason === 'no_origin' ? NO_BROWSER : undefined;
    case 'stripe_mismatch':
      return {
        code: 'ESCS_STRIPE_MISMATCH',
        text: `Stripe's answer did not fit the request (${reason}), its secret was dropped, and the caller got 502 stripe_mismatch. See docs/problems.md#stripe_mismatch. ${ONCE}`,
      };
    case 'stripe_unavailable':
      return stripe.stripeStatus === undefined ? unreachable(reason) : undefined;
    case 'misconfigured':
      return stripe.stripeStatus === undefined ? unheard(cause, isHeard) : refusedByStripe(problem);
    default:
      return unheard(cause, isHeard);
  }
}

const NO_BROWSER: Warning = {
  code: 'ESCS_NO_BROWSER',
  text:
    'A request for a customer session had neither Sec-Fetch-Site nor Origin, which every browser sends, and was refused ' +
    "(403 cross_origin). On the internet this is what a bot looks like. In tests send browserHeaders(origin) of './testing'; " +
    `for native apps with bearer tokens see allowNonBrowser. ${ONCE}`,
};

function unreachable(reason: string): Warning {
  return {
    code: 'ESCS_STRIPE_UNREACHABLE',
    text: `Stripe gave no usable answer (${reason}), and the caller got 502 stripe_unavailable. See docs/problems.md#stripe_unavailable. ${ONCE}`,
  };
}

// A wrong key or a wrong parameter is the developer's to fix, and the answer tells the caller nothing.
function refusedByStripe({ reason, stripe }: CustomerSessionProblem): Warning {
  const { stripeStatus, stripeCode, stripeParam, stripeRequestId } = stripe;
  const what = [stripeStatus, stripeCode, stripeParam && `param ${stripeParam}`, stripeRequestId];
  const facts = what.filter(Boolean).join(', ');
  const isCustomer = reason === 'creation_refused';
  const call = isCustomer ? 'create a customer' : 'create a customer session';
  const isKey = stripeStatus === 401 || stripeStatus === 403;
  const hint = isKey
    ? 'Check the secret key and its permissions.'
    : `Check ${isCustomer ? 'what profile() gives' : 'components and the customer'}.`;
  return {
    code: isCustomer ? 'ESCS_CREATION_REFUSED' : 'ESCS_MISCONFIGURED',
    text: `Stripe refused to ${call} (${facts}). ${hint} Callers get 500 misconfigured. ${ONCE}`,
  };
}

function unheard(cause: unknown, isHeard: boolean): Warning | undefined {
  if (cause === undefined || isHeard) return undefined;
  return {
    code: 'ESCS_UNHEARD_ERROR',
    text:
      'A callback or store of yours failed, and its caller got a 500. Pass onEvent to see the error itself: ' +
      `onEvent: (event) => console.error(event.error). ${ONCE}`,
  };
}
