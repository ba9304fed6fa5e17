import {
  describeReply,
  isAnswer,
  problemCode,
  type Reply,
  type SessionAnswer,
  sessionOf,
} from '../answers.js';
import { found, good, type Outcome, unchecked } from '../findings.js';
import type { Visit } from '../visit.js';
import { inFront } from './route.js';

const SLOW_MS = 2_000;

/** Whether the user of the header gets a session. */
export function checkSession({ url, signedOut, signedIn }: Visit): Outcome[] {
  if (signedIn === undefined) {
    const why = isAnswer(signedOut[0])
      ? "needs --header 'Cookie: …' or 'Authorization: …' of a test user"
      : 'the address cannot be reached';
    return [unchecked('The signed-in answer', why)];
  }
  const [reply] = signedIn.own;
  if (!isAnswer(reply)) return [];
  if (sessionOf(reply) !== undefined)
    return [good(`The signed-in user gets a session in ${Math.ceil(reply.ms)} ms.`)];
  const code = problemCode(reply);
  const seen = `POST with your header was answered with ${describeReply(reply)}`;
  if (code === 'unauthenticated') return [found('not-signed-in', `${seen}.`)];
  // What stops everybody has been told already.
  if (describeReply(reply) === describeReply(signedOut[0])) return [];
  if (code !== undefined) return [found('refused', `${seen}.`, `docs/problems.md#${code}`)];
  return [reply.status === 200 ? found('not-a-session', `${seen}.`) : inFront(reply, url, [])];
}

/** A secret is given out once. */
export function checkFreshness({ signedOut, signedIn }: Visit): Outcome[] {
  if (signedIn === undefined) {
    const why = isAnswer(signedOut[0]) ? 'needs --header' : 'the address cannot be reached';
    return [unchecked('A cache that answers for the route', why)];
  }
  const secrets = sessionsOf(signedIn.own).map(({ secret }) => secret);
  if (secrets.length < 2) return [];
  if (new Set(secrets).size < secrets.length)
    return [found('same-secret-twice', 'The route was asked twice.')];
  return [good('Each request gets a secret of its own.')];
}

const CLOCK_TOLERANCE_MS = 60_000;
// A session lives 30 minutes, and up to 30 more once it is in use.
const LONGEST_LIFE_MS = 60 * 60_000;

/** This machine's clock against the server's (Date) and Stripe's (the session's expiry). */
export function checkClock({ signedOut: [reply], signedIn }: Visit): Outcome[] {
  const outcomes: Outcome[] = [];
  const serverIsAhead = isAnswer(reply) ? Date.parse(reply.headers.date ?? '') - reply.at : Number.NaN;
  if (Math.abs(serverIsAhead) > CLOCK_TOLERANCE_MS) {
    outcomes.push(found('clock', `The server's Date is ${spanOf(serverIsAhead)} of this machine's clock.`));
  }
  const [first] = signedIn?.own ?? [];
  const session = sessionOf(first);
  if (session === undefined || !isAnswer(first)) return outcomes;
  const left = session.expiresAtMs - first.at;
  if (left <= 0)
    outcomes.push(found('clock', `By this machine's clock the session ended ${minutes(left)} ago.`));
  else if (left > LONGEST_LIFE_MS + CLOCK_TOLERANCE_MS) {
    outcomes.push(
      found(
        'clock',
        `By this machine's clock the session lasts ${minutes(left)}; Stripe's last an hour at most.`,
      ),
    );
  }
  return outcomes.length > 0 ? outcomes : [good('The clocks of this machine, the server and Stripe agree.')];
}

/** How long a session takes; the second, over a connection that is open. */
export function checkSessionLatency({ signedIn }: Visit): Outcome[] {
  const times = (signedIn?.own ?? []).filter(isAnswer).filter((reply) => sessionOf(reply) !== undefined);
  const fastest = Math.min(...times.map(({ ms }) => ms));
  return times.length > 0 && fastest > SLOW_MS
    ? [found('slow', `The faster of ${times.length} took ${Math.ceil(fastest)} ms.`)]
    : [];
}

function sessionsOf(replies: readonly Reply[]): SessionAnswer[] {
  return replies.map(sessionOf).filter((session) => session !== undefined);
}

function spanOf(ms: number): string {
  return `${minutes(ms)} ${ms > 0 ? 'ahead' : 'behind'}`;
}

function minutes(ms: number): string {
  const count = Math.round(Math.abs(ms) / 60_000);
  return count === 1 ? '1 minute' : `${count} minutes`;
}
