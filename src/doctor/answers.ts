import { isObject } from '../core/values.js';
import type { Answer, Silence } from './ask.js';

/** What was asked and came back; `undefined` where it was not asked, so as to make no third session. */
export type Reply = Answer | Silence | undefined;

export function isAnswer(reply: Reply): reply is Answer {
  return reply !== undefined && 'status' in reply;
}

const PROBLEM = /^urn:express-stripe-customer-session:problem:([a-z_]{1,40})$/;

/** The code of a refusal by this package's router or guard; `undefined` for any other answer. */
export function problemCode(reply: Reply): string | undefined {
  if (!isAnswer(reply) || !/^application\/problem\+json\b/.test(reply.headers['content-type'] ?? ''))
    return undefined;
  return PROBLEM.exec(String(jsonOf(reply).type))?.[1];
}

/** A session in any of the router's formats. */
export interface SessionAnswer {
  secret: string;
  expiresAtMs: number;
}

export function sessionOf(reply: Reply): SessionAnswer | undefined {
  if (!isAnswer(reply) || reply.status !== 200) return undefined;
  const {
    client_secret: web,
    clientSecret: mobile,
    expires_at: webExpiry,
    expiresAt: mobileExpiry,
  } = jsonOf(reply);
  const secret = web ?? mobile;
  const expiresAt = webExpiry ?? mobileExpiry;
  if (typeof secret !== 'string' || typeof expiresAt !== 'number') return undefined;
  return { secret, expiresAtMs: expiresAt * 1000 };
}

/** Whether an answer may have cost a session, be it in a form that is not ours. */
export function mayHoldSession(reply: Reply): boolean {
  return isAnswer(reply) && reply.status >= 200 && reply.status < 300 && isObject(parsed(reply.body));
}

export function isHtml({ headers, body }: Answer): boolean {
  return /\bhtml\b/.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(body);
}

/** Where a redirect leads, without its query, which may hold tokens. */
export function redirectTarget({ status, headers }: Answer, from: URL): URL | undefined {
  const { location } = headers;
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, from.href))
    return undefined;
  return withoutQuery(new URL(location, from));
}

export function withoutQuery(url: URL): URL {
  return new URL(url.pathname, url.origin);
}

/** Whether an address is one of this machine's. */
export function isLocal({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** `403 cross_origin`, or what is known of another answer: a status and a kind. */
export function describeReply(reply: Reply): string {
  if (reply === undefined) return 'nothing, since it was not asked';
  if (!isAnswer(reply)) return `no answer (${reply.silence})`;
  const code = problemCode(reply);
  if (code !== undefined) return `${reply.status} ${code}`;
  if (sessionOf(reply) !== undefined) return '200 with a session';
  return `${reply.status}${isHtml(reply) ? ' with a page (HTML)' : ''}`;
}

function jsonOf({ body }: Answer): Record<string, unknown> {
  const value = parsed(body);
  return isObject(value) ? value : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
