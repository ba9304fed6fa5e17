import type { IncomingMessage } from 'node:http';
import { ApiError, refused } from './errors.js';
import { type FormTree, parseForm, parseJson } from './form.js';
import { type Match, matchRoute } from './routes.js';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** A request with its body read. */
export interface Received {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly match: Match | undefined;
  /** The parameters, wherever the method puts them, or why they cannot be read. */
  readonly form: FormTree | ApiError;
  /** What a repetition with the same idempotency key must have in common. Stripe compares parameters, not bytes. */
  readonly fingerprint: string;
  readonly header: (name: string) => string | undefined;
}

/** What a request asks for. Refuses nothing yet. */
export function receive(req: IncomingMessage, body: string): Received {
  const { method = '', url = '' } = req;
  const [path = '', query = ''] = url.split(/\?(.*)/s);
  const header = (name: string) => [req.headers[name]].flat()[0];
  const params = new URLSearchParams(body);
  params.sort();
  return {
    method,
    path,
    match: matchRoute(method, path),
    form: readForm({ method, path, query, body, type: header('content-type') }),
    fingerprint: `${method} ${url}\n${params.toString()}`,
    header,
  };
}

interface Encoded {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly type: string | undefined;
}

function readForm({ method, path, query, body, type = '' }: Encoded): FormTree | ApiError {
  const wanted = path.startsWith('/v2/') ? JSON_TYPE : FORM;
  const sent = type.split(';')[0]?.trim().toLowerCase() ?? '';
  try {
    if (method !== 'POST') return parseForm(query);
    if (sent !== '' && sent !== wanted)
      throw refused(400, `The request body must be ${wanted}, not ${sent}.`);
    return wanted === FORM ? parseForm([query, body].filter(Boolean).join('&')) : parseJson(body);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}
