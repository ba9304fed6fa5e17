import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isRecord, optional } from '../../core/values.js';
import { StripeTransportError } from './error.js';
import type { Answer } from './exchange.js';

/** What stripe-node asks of an answer; the same since its major 8. */
export interface HttpClientResponse {
  getStatusCode(): number;
  getHeaders(): ResponseHeaders;
  getRawResponse(): object;
  toStream(onComplete: () => void): IncomingMessage;
  toJSON(): Promise<Record<string, unknown>>;
  /** Called, by recent majors, for an answer whose body nobody reads. */
  dispose(): void;
}

type ResponseHeaders = Record<string, string | string[] | undefined>;

/** What the transport knows of an answer beside what it says. */
export interface AnswerFacts {
  /** Requests made for it: 1 or 2. */
  readonly attempts: number;
  /** Closes the connection it came over and all idle ones: none of them is to be believed any more (H12). */
  closeConnections(): void;
}

const factsOfAnswers = new WeakMap<object, AnswerFacts>();

/**
 * The facts of one of our answers, by stripe-node's `lastResponse` or its errors' `headers`; `undefined` for an answer that
 * came another way.
 */
export function factsOf(lastResponseOrHeaders: object): AnswerFacts | undefined {
  return factsOfAnswers.get(lastResponseOrHeaders);
}

/** A session is a kilobyte or two. */
const LONGEST_SESSION_BYTES = 65_536;

// What stripe-node reads, or a caller may want. Nothing else of the head of a session's answer is passed on.
const PASSED_ON = ['request-id', 'stripe-version', 'stripe-account', 'retry-after', 'idempotency-key'];
const LONGEST_VALUE = 255;
const WORD = /^[A-Za-z0-9_.[\]-]{1,200}$/;

/**
 * Stripe's answer to a session, read at once: a success that is a JSON object, or an error cut down to `type`, `code` and
 * `param`. Stripe's own texts may quote what was sent, and some errors hold client secrets.
 * @throws {StripeTransportError} `EANSWER` when it is no answer of Stripe's
 */
export async function readSession(answer: Answer, facts: AnswerFacts): Promise<HttpClientResponse> {
  const { status } = answer;
  const isSuccess = status >= 200 && status < 300;
  let json: Record<string, unknown> = {};
  try {
    json = parseObject(await answer.body(LONGEST_SESSION_BYTES));
  } catch (error) {
    // An error page of something in between is told by its status; what broke off or is late is not.
    if (isSuccess || !(error instanceof StripeTransportError && error.code === 'EANSWER')) throw error;
  }
  const headers = Object.fromEntries(PASSED_ON.flatMap((name) => shortHeader(answer, name)));
  const isError = !isSuccess || json.error !== undefined;
  const body = isError ? errorBody(status, json.error) : json;
  return respond({ status, headers, facts, toJSON: async () => body, answer });
}

/** Any other answer, passed on byte for byte once somebody reads it. */
export function passOn(answer: Answer, facts: AnswerFacts, maxBodyBytes: number): HttpClientResponse {
  const { status, headers } = answer;
  return respond({
    status,
    headers,
    facts,
    answer,
    toJSON: async () => parseObject(await answer.body(maxBodyBytes)),
  });
}

interface Parts {
  status: number;
  headers: ResponseHeaders;
  facts: AnswerFacts;
  answer: Answer;
  toJSON: () => Promise<Record<string, unknown>>;
}

function respond({ status, headers, facts, answer, toJSON }: Parts): HttpClientResponse {
  const raw = { statusCode: status, headers };
  factsOfAnswers.set(raw, facts);
  factsOfAnswers.set(headers, facts);
  return {
    getStatusCode: () => status,
    getHeaders: () => headers,
    getRawResponse: () => raw,
    toStream: (onComplete) => answer.stream().once('end', onComplete),
    toJSON,
    dispose: () => answer.discard(),
  };
}

function shortHeader({ headers }: Answer, name: string): [string, string][] {
  const value = headers[name];
  return typeof value === 'string' && value.length <= LONGEST_VALUE ? [[name, value]] : [];
}

function parseObject(body: Buffer): Record<string, unknown> {
  if (!isUtf8(body)) throw new StripeTransportError('EANSWER', 'NOT_UTF8');
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    // The error is dropped: it quotes the text that it met.
    throw new StripeTransportError('EANSWER', 'NOT_JSON');
  }
  if (isRecord(value)) return value;
  throw new StripeTransportError('EANSWER', 'NOT_AN_OBJECT');
}

function errorBody(status: number, error: unknown): Record<string, unknown> {
  const { type, code, param } = isRecord(error) ? error : {};
  const kept = {
    type: word(type) ?? 'api_error',
    ...optional('code', word(code)),
    ...optional('param', word(param)),
  };
  const facts = [kept.type, kept.code, kept.param && `param ${kept.param}`].filter(Boolean).join(', ');
  return { error: { ...kept, message: `Stripe answered ${status} (${facts})` } };
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && WORD.test(value) ? value : undefined;
}
