import type { Request } from 'express';
import { type Components, parseComponents } from './components/components.js';
import { type Client, clientOf } from './core/client.js';
import { type Customer, keyOfCustomer, parseCustomerRef } from './core/customer-ref.js';
import { CustomerSession, type Session } from './core/customer-session.js';
import { type Deadline, shareDeadline, startDeadline } from './core/deadline.js';
import { createReporter, type Reporter, startTrace, type Trace } from './core/events.js';
import { askHost } from './core/host-callback.js';
import { asProblem, CustomerSessionProblem } from './core/problem.js';
import type { CustomerSessionIssuer, RateLimitState, RequestUser } from './core/types.js';
import { howPassed } from './guards/passed.js';
import { type IssuerConfig, parseIssuerOptions } from './options/parse-issuer.js';
import type { CustomerSessionIssuerOptions } from './options/router-options.js';
import { customerRateLimit } from './rate-limit/limiter.js';
import { sessionCreator } from './stripe/create-session.js';
import { holding, type Slot, Slots } from './stripe/slots.js';

/** One request on its way. */
export interface Call {
  readonly req: Request;
  readonly client: Client;
  readonly trace: Trace;
  readonly deadline: Deadline;
}

/** An issuer as the router uses it: without the host's face. */
export interface SessionSource<User> {
  readonly config: IssuerConfig<User>;
  readonly reporter: Reporter;
  readonly issue: (user: User, call: Call) => Promise<Session>;
}

const sources = new WeakMap<object, unknown>();

const LONGEST_WAIT_MS = 1_000;

/**
 * An issuer of sessions for your own JSON routes: `issuer.issue(req.user, req)`. Put `customerSessionGuard()` in front of such
 * a route, or pass `unguarded: true` if it has headers, TLS and origin checks of its own.
 * @throws {TypeError} at once for a bad option
 */
export function customerSessionIssuer<User = RequestUser>(
  options: CustomerSessionIssuerOptions<User>,
): CustomerSessionIssuer<User> {
  const source = sessionSource(parseIssuerOptions(options));
  const issuer: CustomerSessionIssuer<User> = { issue: (user, req) => issueForHost(source, user, req) };
  sources.set(issuer, source);
  return Object.freeze(issuer);
}

/** What is behind an issuer; `undefined` for an object that only looks like one. */
export function sourceOf<User>(issuer: CustomerSessionIssuer<User>): SessionSource<User> | undefined {
  return sources.get(issuer) as SessionSource<User> | undefined;
}

/** From a signed-in user to a session: which customer, how often, Stripe, check. */
export function sessionSource<User>(config: IssuerConfig<User>): SessionSource<User> {
  const reporter = createReporter(config.onEvent);
  const limitRate = config.rateLimit === false ? undefined : customerRateLimit(config.rateLimit);
  const slots = new Slots({ ...config, longestWaitMs: LONGEST_WAIT_MS });
  const createSession = sessionCreator(config.stripe, reporter.warn);

  async function issue(user: User, call: Call): Promise<Session> {
    const customer = await resolve(user, call); //                                          H6, H7
    const components = await componentsFor(user, call); //                                  H7
    try {
      return await create(customer, components, call);
    } catch (error) {
      if (!isMissing(error)) throw error;
      const other = await resolve(user, call, customer.id); //                              H11
      if (keyOfCustomer(other) === keyOfCustomer(customer)) throw error;
      return create(other, components, call);
    }
  }

  async function create(customer: Customer, components: Components, call: Call): Promise<Session> {
    const { req, client, deadline, trace } = call;
    const rateLimit = await limit(customer, call); //                                       H8
    const leftMs = deadline.leftMs();
    const slot = await slots.acquire({ leftMs, whenGone: client.whenGone }); //             H9
    if (client.isGone()) throw gone(slot); //                                               H14
    // Plain HTTP got here only as localhost in development, where a live session has no business.
    const livemode = howPassed(req) === 'localhost' ? false : config.livemode;
    const timeoutMs = deadline.leftMs();
    const session = holding(slot, () => createSession({ customer, components, livemode, timeoutMs, trace })); //                                                                                   H10, H11, H12, H15
    return { ...(await deadline.within('stripe', session)), rateLimit };
  }

  async function resolve(user: User, { req, deadline, trace }: Call, missing?: string): Promise<Customer> {
    shareDeadline(req, deadline);
    const ref = await askHost('resolve_customer', deadline, () => config.resolveCustomer(user, req, missing));
    const customer = parseCustomerRef(ref);
    trace.note({ customer: customer.id });
    return customer;
  }

  async function componentsFor(user: User, { req, deadline }: Call): Promise<Components> {
    const { components } = config;
    if (typeof components !== 'function') return components;
    const given = await askHost('components', deadline, () => components(user, req));
    try {
      return parseComponents(given, reporter.warn);
    } catch (cause) {
      throw new CustomerSessionProblem('misconfigured', { reason: 'components', cause });
    }
  }

  async function limit(customer: Customer, { deadline }: Call): Promise<RateLimitState | undefined> {
    if (limitRate === undefined) return undefined;
    return askHost('rate_limit', deadline, () => limitRate(keyOfCustomer(customer)));
  }

  return { config, reporter, issue };
}

async function issueForHost<User>(
  { config, reporter, issue }: SessionSource<User>,
  user: User,
  req: Request,
): Promise<CustomerSession> {
  if (!config.unguarded && howPassed(req) === undefined) reporter.warn(...UNGUARDED);
  const trace = startTrace(req, reporter);
  const client = clientOf(req.res);
  const deadline = startDeadline(config.deadlineMs);
  try {
    if (isNobody(user)) throw new CustomerSessionProblem('unauthenticated');
    const session = await issue(user, { req, client, trace, deadline });
    trace.issued();
    return new CustomerSession(session);
  } catch (error) {
    const problem = asProblem(error);
    if (client.isGone()) trace.unanswered('client_closed');
    else trace.refused(problem);
    throw problem;
  } finally {
    deadline.clear();
  }
}

/** What an `authenticate` gives when nobody is signed in. */
export function isNobody(user: unknown): user is null | undefined | false | '' {
  return user === null || user === undefined || user === false || user === '';
}

function isMissing(error: unknown): boolean {
  return error instanceof CustomerSessionProblem && error.code === 'no_customer';
}

function gone(slot: Slot): CustomerSessionProblem {
  slot.release(false);
  // Answered to nobody.
  return new CustomerSessionProblem('timeout', { reason: 'client_closed' });
}

const UNGUARDED = [
  'ESCS_UNGUARDED',
  'A customer session was issued in a route that no customerSessionGuard() stands in front of, so nothing checked TLS and ' +
    "origin and nothing forbids caches to keep the answer. Write app.post('/checkout', customerSessionGuard(), handler), or " +
    'pass unguarded: true to customerSessionIssuer if the route does that itself. This is said once.',
] as const;
