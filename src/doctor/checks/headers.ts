import { isAnswer, isLocal, problemCode, sessionOf } from '../answers.js';
import type { Answer } from '../ask.js';
import { found, good, type Outcome } from '../findings.js';
import type { Visit } from '../visit.js';

/** What caches are told, and whether one has answered already: H1's first line, and traces of caches. */
export function checkCaching(visit: Visit): Outcome[] {
  const ours = ownAnswers(visit);
  const stored = ours.map(cacheTrace).find((trace) => trace !== undefined);
  if (stored !== undefined) return [found('cached-answer', stored)];
  return ours.length === 0 ? [] : [good('No cache stores the answers.')];
}

const CACHE_STATUS = ['x-cache', 'x-cache-status', 'cf-cache-status', 'x-proxy-cache', 'cache-status'];

function cacheTrace({ headers }: Answer): string | undefined {
  if (!/\bno-store\b/.test(headers['cache-control'] ?? ''))
    return 'Cache-Control of an answer has no no-store.';
  if (Number(headers.age) > 0) return 'An answer had an Age, which caches set.';
  const hit = CACHE_STATUS.find((name) => /\bhit\b/i.test(String(headers[name])));
  return hit === undefined ? undefined : `An answer had ${hit} with "hit".`;
}

const SECURITY_HEADERS: Readonly<Record<string, RegExp>> = {
  vary: /\*/,
  'x-content-type-options': /nosniff/,
  'content-security-policy': /default-src 'none'/,
  'referrer-policy': /no-referrer/,
  'cross-origin-resource-policy': /same-origin/,
};

/** H1's other lines. */
export function checkSecurityHeaders(visit: Visit): Outcome[] {
  const ours = ownAnswers(visit);
  const changed = Object.entries(SECURITY_HEADERS).filter(([name, expected]) =>
    ours.some(({ headers }) => !expected.test(String(headers[name]))),
  );
  if (changed.length > 0)
    return [found('headers-changed', `Not as set: ${changed.map(([name]) => name).join(', ')}.`)];
  return ours.length === 0 ? [] : [good('The security headers arrive as they were set.')];
}

// Sessions, and refusals by the router.
function ownAnswers({ signedOut, signedIn }: Visit): Answer[] {
  const replies = [...signedOut, ...(signedIn?.own ?? [])].filter(isAnswer);
  return replies.filter((reply) => problemCode(reply) !== undefined || sessionOf(reply) !== undefined);
}

/** Whether the site tells browsers to come over https only; a site on this machine need not. */
export function checkHsts({ url, signedOut: [reply] }: Visit): Outcome[] {
  if (url.protocol !== 'https:' || isLocal(url) || !isAnswer(reply)) return [];
  const header = reply.headers['strict-transport-security'];
  if (header !== undefined) return [good('The site sends Strict-Transport-Security.')];
  return [found('no-hsts', 'The answer had no such header.')];
}
