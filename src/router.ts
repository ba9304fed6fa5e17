import { type Request, Router } from 'express';
import { clientOf } from './core/client.js';
import { startTrace } from './core/events.js';
import type { RequestUser } from './core/types.js';
import { customerSessionEndpoint } from './endpoint.js';
import { setResponseHeaders } from './guards/headers.js';
import { parseRouterOptions } from './options/parse-router.js';
import type { CustomerSessionRouterOptions } from './options/router-options.js';
import { send } from './reply.js';

/**
 * An Express router that answers POST on its mount path with a new Stripe Customer Session for the signed-in
 * user: `{client_secret, expires_at}`, `expires_at` in seconds since the epoch. A refusal is problem+json with a
 * code of `docs/problems.md`. Throws a `TypeError` at once for a bad option.
 * @see https://docs.stripe.com/api/customer_sessions
 */
export function customerSessionRouter<User = RequestUser>(
  options: CustomerSessionRouterOptions<User>,
): Router {
  const config = parseRouterOptions(options);
  const { reporter } = config.source;
  const endpoint = customerSessionEndpoint(config);
  const router = Router();

  // Nothing is returned, since Express publishes what a handler resolves with.
  router.use(function customerSession(req, res, next) {
    if (isWithoutPath(req, router)) reporter.warn(...MOUNT_PATH);
    if (!isMountPath(req, router)) return next();
    setResponseHeaders(req, res); //                                                      H1
    const trace = startTrace(req, reporter);
    void endpoint(req, clientOf(res), trace).then((reply) => send(res, reply, trace)); // H14
  });
  return router;
}

// In app.use(path, …) Express takes the path away. In app.post(path, …) it stays, and the route holds this router; a route
// alone proves nothing, since it is left over from an earlier app.all('*', …).
function isMountPath(req: Request, router: Router): boolean {
  return pathOf(req) === '/' || isRouteOf(req, router);
}

// Sub-paths are the host's. What is left has no path of its own, or is hidden in somebody's wrapper.
function isWithoutPath(req: Request, router: Router): boolean {
  if (isRouteOf(req, router)) return false;
  return req.baseUrl === '' || (pathOf(req) !== '/' && req.route?.path === pathOf(req));
}

function isRouteOf(req: Request, router: Router): boolean {
  const stack: unknown = req.route?.stack;
  return Array.isArray(stack) && stack.some((layer: { handle?: unknown }) => layer.handle === router);
}

function pathOf({ url }: Request): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

const MOUNT_PATH = [
  'ESCS_MOUNT_PATH',
  'customerSessionRouter was mounted without a path, or inside another handler, and cannot tell which requests are its own. ' +
    "Write app.use('/customer-session', customerSessionRouter({ … })). This is said once.",
] as const;
