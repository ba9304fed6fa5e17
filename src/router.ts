import { type Response, Router } from 'express';
import { startDeadline } from './core/deadline.js';
import { startTrace, type Trace } from './core/events.js';
import { answerProblem, Problem } from './core/problem.js';
import { setResponseHeaders } from './guards/headers.js';
import { requirePost } from './guards/method.js';
import { requireSameOrigin } from './guards/origin.js';
import { requireTls } from './guards/tls.js';
import { sessionIssuer } from './issuer.js';
import { type Config, mountedUncalled, parseOptions } from './options/parse.js';
import type { CustomerSessionRouterOptions, RequestUser } from './options/router-options.js';
import { answerSession, clientHasLeft } from './reply.js';
import type { Session } from './stripe/create-session.js';

/**
 * An Express router that answers POST on its mount path with a new Stripe Customer Session for the signed-in
 * user: `{client_secret, expires_at}`, `expires_at` in seconds since the epoch. A refusal is problem+json with a
 * code of `docs/problems.md`. Throws a `TypeError` at once for a bad option.
 * @see https://docs.stripe.com/api/customer_sessions
 */
export function customerSessionRouter<User = RequestUser>(
  options: CustomerSessionRouterOptions<User>,
): Router {
  const config = parseOptions(options);
  const guards = [requirePost, requireTls(config), requireSameOrigin(config)];
  const issueSession = sessionIssuer(config);
  const router = Router();

  // One handler on one path: sub-paths fall through to the host, and nothing is returned, since Express
  // publishes what a handler resolves with.
  router.all('/', function customerSession(req, res) {
    const trace = startTrace(req, config.onEvent);
    setResponseHeaders(res);
    for (const guard of guards) {
      const refusal = guard(req);
      if (refusal !== undefined) return refuse(refusal, res, { trace, config });
    }
    const deadline = startDeadline(config.deadlineMs);
    issueSession({ req, res, trace, deadline })
      .finally(() => deadline.clear())
      .then((session) => answer(session, res, { trace, config }))
      .catch((error: unknown) => refuse(asProblem(error), res, { trace, config }));
  });
  return router;
}

interface Ending {
  trace: Trace;
  config: Pick<Config<never>, 'format' | 'onEvent'>;
}

function answer(session: Session, res: Response, { trace, config }: Ending): void {
  if (clientHasLeft(res)) {
    trace.end('client_closed', 499);
    return;
  }
  answerSession(res, session, config.format);
  trace.end('issued', 200);
}

function refuse(problem: Problem, res: Response, { trace, config }: Ending): void {
  trace.note({ ...problem.stripe, ...(problem.cause === undefined ? {} : { error: problem.cause }) });
  if (problem.cause !== undefined && config.onEvent === undefined) warnOfUnheardError();
  if (clientHasLeft(res)) {
    trace.end('client_closed', 499);
    return;
  }
  answerProblem(res, problem, config.format);
  trace.end(problem.code, problem.status);
}

// Whatever is not a Problem is a fault of this package, and its text is nobody's business.
function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('internal_error', { cause: error });
}

let warned = false;

function warnOfUnheardError(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'A callback or store of customerSessionRouter failed and its caller got a 500. Pass onEvent to see the error ' +
      'itself: onEvent: (event) => console.error(event.error). This is said once per process.',
    { code: 'ESCS_UNHEARD_ERROR' },
  );
}

// Express reads `handle` of what is mounted, to tell an app from a function: so a missing call is caught when the
// app starts, not at its first request.
Object.defineProperty(customerSessionRouter, 'handle', {
  get(): never {
    throw mountedUncalled();
  },
});
