import type { RequestHandler } from 'express';
import { createReporter, startTrace } from './core/events.js';
import { requestGuards } from './guards/guards.js';
import { setResponseHeaders } from './guards/headers.js';
import { parseGuardOptions } from './options/parse-guard.js';
import type { CustomerSessionGuardOptions } from './options/router-options.js';
import { problemReply, send } from './reply.js';

/**
 * The router's headers and its checks of method, TLS and origin (H1 to H4) as a middleware, for a POST route of yours that
 * answers with JSON and issues a session. Refusals are problem+json. An `ETag` only your app can switch off:
 * `app.set('etag', false)`.
 * @throws {TypeError} at once for a bad option
 */
export function customerSessionGuard(options: CustomerSessionGuardOptions = {}): RequestHandler {
  const config = parseGuardOptions(options);
  const reporter = createReporter(config.onEvent);
  const passGuards = requestGuards(config);

  return function guardCustomerSession(req, res, next) {
    setResponseHeaders(req, res);
    const refusal = passGuards(req);
    if (refusal === undefined) next();
    else send(res, problemReply(refusal, 'web'), startTrace(req, reporter));
  };
}
