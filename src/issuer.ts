import type { Request, Response } from 'express';
import { type Components, parseComponents } from './components/components.js';
import { type Customer, parseCustomerRef } from './core/customer-ref.js';
import type { Deadline } from './core/deadline.js';
import type { Trace } from './core/events.js';
import { Problem } from './core/problem.js';
import type { Config } from './options/parse.js';
import type { Awaitable } from './options/router-options.js';
import { customerRateLimit } from './rate-limit/limiter.js';
import { clientHasLeft } from './reply.js';
import { type Session, sessionCreator } from './stripe/create-session.js';
import { carriesStripeError } from './stripe/failures.js';

/** One request on its way. */
export interface Exchange {
  readonly req: Request;
  readonly res: Response;
  readonly trace: Trace;
  readonly deadline: Deadline;
}

/** From a request that passed the guards to a session: who is it, which customer, how often, then Stripe. */
export function sessionIssuer<User>(config: Config<User>) {
  const createSession = sessionCreator(config);
  const limitRate = config.rateLimit === false ? undefined : customerRateLimit(config.rateLimit);

  async function authenticate({ req, deadline }: Exchange): Promise<User> {
    const user = await callHost(deadline, () => config.authenticate(req));
    if (isNobody(user)) throw new Problem('unauthenticated');
    return user;
  }

  async function resolve(
    user: User,
    { req, trace, deadline }: Exchange,
    missing?: string,
  ): Promise<Customer> {
    const ref = await callHost(deadline, () => config.resolveCustomer(user, req, missing));
    const customer = parseCustomerRef(ref);
    trace.note({ customer: customer.id });
    return customer;
  }

  async function componentsFor(user: User, { req, deadline }: Exchange): Promise<Components> {
    const { components } = config;
    if (typeof components !== 'function') return components;
    const given = await callHost(deadline, () => components(user, req));
    try {
      return parseComponents(given);
    } catch (error) {
      throw new Problem('misconfigured', { cause: error });
    }
  }

  async function sessionFor(
    customer: Customer,
    components: Components,
    exchange: Exchange,
  ): Promise<Session> {
    const { req, res, trace, deadline } = exchange;
    if (limitRate !== undefined) await callHost(deadline, () => limitRate(res, keyOf(customer)));
    return createSession({
      customer,
      components,
      deadline,
      // Plain HTTP got here only as localhost in development, where a live session has no business.
      livemode: config.dangerouslyAllowHttpOnLocalhost && !req.secure ? false : config.livemode,
      isWanted: () => !clientHasLeft(res),
      trace,
    });
  }

  return async function issueSession(exchange: Exchange): Promise<Session> {
    const user = await authenticate(exchange);
    const components = await componentsFor(user, exchange);
    const customer = await resolve(user, exchange);
    try {
      return await sessionFor(customer, components, exchange);
    } catch (error) {
      if (!isMissingCustomer(error)) throw error;
      const next = await resolve(user, exchange, customer.id);
      if (keyOf(next) === keyOf(customer)) throw error;
      return sessionFor(next, components, exchange);
    }
  };
}

/** A host's callback within the deadline. What it throws is the host's own fault, and never shown to the caller. */
async function callHost<T>(deadline: Deadline, callback: () => Awaitable<T>): Promise<T> {
  try {
    const value = callback();
    return isThenable(value) ? await deadline.within(value) : value;
  } catch (error) {
    if (error instanceof Problem) throw error;
    // stripe-node's errors hold secrets: one that a callback lets through does not travel on.
    throw new Problem('internal_error', carriesStripeError(error) ? {} : { cause: error });
  }
}

function isThenable<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function isNobody(user: unknown): user is null | undefined | false | '' {
  return user === null || user === undefined || user === false || user === '';
}

function isMissingCustomer(error: unknown): boolean {
  return error instanceof Problem && error.code === 'no_customer';
}

// Two accounts of a platform may know the same id for different people.
function keyOf({ id, connect }: Customer): string {
  const account = connect.stripeContext ?? connect.stripeAccount;
  return account === undefined ? id : `${account}:${id}`;
}
