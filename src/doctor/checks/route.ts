import {
  describeReply,
  isAnswer,
  isHtml,
  isLocal,
  problemCode,
  type Reply,
  redirectTarget,
  sessionOf,
  withoutQuery,
} from '../answers.js';
import type { Answer } from '../ask.js';
import { found, good, type Outcome } from '../findings.js';
import type { Visit } from '../visit.js';

/** Whether it is the router that answers, and what stands in front where it is not. */
export function checkWhoAnswers({ url, signedOut: [reply], elsewhere }: Visit): Outcome[] {
  if (!isAnswer(reply))
    return [found('unreachable', `POST ${withoutQuery(url).href}: ${describeReply(reply)}.`)];
  if (problemCode(reply) !== undefined || sessionOf(reply) !== undefined) return [];
  return [inFront(reply, url, elsewhere)];
}

/** What an answer that is not the router's says of who gave it. */
export function inFront(answer: Answer, url: URL, elsewhere: readonly string[]): Outcome {
  const seen = `POST was answered with ${describeReply(answer)}`;
  const target = redirectTarget(answer, url);
  if (target !== undefined) {
    const toHttp = url.protocol === 'https:' && target.protocol === 'http:';
    return found(toHttp ? 'redirect-to-http' : 'redirect', `${seen}, a redirect to ${target.href}.`);
  }
  if (answer.status === 403 && /csrf|xsrf/i.test(answer.body))
    return found('csrf-in-front', `${seen} about CSRF.`);
  if ([404, 405].includes(answer.status) || answer.status < 300) {
    const where = elsewhere.length === 0 ? '' : ` A router answers at ${elsewhere.join(' and ')}.`;
    return found('wrong-path', `${seen}.${where}`);
  }
  return found(isHtml(answer) ? 'html-answer' : 'other-answer', `${seen}.`);
}

/** H3 and H5: a signed-out request over https gets as far as 401. */
export function checkSignedOut({ url, signedOut: [reply] }: Visit): Outcome[] {
  if (sessionOf(reply) !== undefined)
    return [found('open-to-everyone', 'POST without any cookie got a session.')];
  const code = problemCode(reply);
  const seen = `POST was answered with ${describeReply(reply)}`;
  switch (code) {
    case undefined:
      return [];
    case 'unauthenticated':
      return [good('Signed-out requests get 401.')];
    case 'tls_required':
      return checkTls(url, seen);
    default:
      return [
        found('refused', `Signed out, ${seen}; 401 unauthenticated was due.`, `docs/problems.md#${code}`),
      ];
  }
}

function checkTls(url: URL, seen: string): Outcome[] {
  if (url.protocol === 'https:')
    return [found('missing-trust-proxy', `${seen}, although the address is https.`)];
  if (isLocal(url)) return [found('http-on-localhost', `${seen}.`)];
  return [good('Plain http is refused. Pass the https address to have the rest checked.')];
}

/** H2. Mounted by `app.post()`, other methods are the host's. */
export function checkMethods({ get }: Visit): Outcome[] {
  if (problemCode(get) === 'method_not_allowed') return [good('GET is refused with 405.')];
  return [];
}

const REFUSED_AT_THE_DOOR: ReadonlySet<string | undefined> = new Set(['cross_origin', 'tls_required']);

/** H4: another site's page, and what is no browser. */
export function checkOrigins({ foreign, bare }: Visit): Outcome[] {
  const outcomes: Outcome[] = [];
  if (REFUSED_AT_THE_DOOR.has(problemCode(foreign)))
    outcomes.push(good("Another site's page is refused with 403."));
  else if (passedGuards(foreign)) {
    outcomes.push(
      found('cross-origin-accepted', `POST from https://doctor.example got ${describeReply(foreign)}.`),
    );
  }
  if (passedGuards(bare)) {
    outcomes.push(
      found('non-browser-accepted', `POST without Origin and Sec-Fetch-Site got ${describeReply(bare)}.`),
    );
  }
  return outcomes;
}

function passedGuards(reply: Reply): boolean {
  const code = problemCode(reply);
  return (
    sessionOf(reply) !== undefined || (code !== undefined && !['cross_origin', 'tls_required'].includes(code))
  );
}

/** Whether the app lets any site read answers that carry a user's cookie. */
export function checkCors({ preflight, foreign, signedIn }: Visit): Outcome[] {
  const replies = [preflight, foreign, signedIn?.foreign].filter(isAnswer);
  const reflected = replies.some(
    ({ headers }) =>
      headers['access-control-allow-origin'] === 'https://doctor.example' &&
      headers['access-control-allow-credentials'] === 'true',
  );
  if (reflected) {
    return [
      found(
        'reflected-cors',
        'https://doctor.example was answered with Access-Control-Allow-Origin: https://doctor.example and ' +
          'Access-Control-Allow-Credentials: true.',
      ),
    ];
  }
  return replies.length === 0 ? [] : [good('No other site may read answers (CORS).')];
}

/** H3: the same route over plain http. */
export function checkPlainHttp({ plain }: Visit): Outcome[] {
  if (plain === undefined) return [];
  const code = problemCode(plain);
  if (sessionOf(plain) !== undefined || (code !== undefined && code !== 'tls_required')) {
    return [found('plain-http', `POST over http:// was answered with ${describeReply(plain)}.`)];
  }
  return [good('Nothing is given out over plain http.')];
}

/** How long a refusal takes over a connection that is open: the app and the network, without Stripe. */
export function checkLatency({ signedOut }: Visit): Outcome[] {
  const times = signedOut.slice(1).filter(isAnswer);
  if (times.length === 0) return [];
  const fastest = Math.min(...times.map(({ ms }) => ms));
  return [good(`A refusal takes ${Math.ceil(fastest)} ms.`)];
}
