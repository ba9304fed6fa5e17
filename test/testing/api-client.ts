import type { StripeEmulator } from '../../src/testing/index.js';

/** A value as a caller would write it in JavaScript, before the form encoding. */
export type Param = string | number | boolean | Param[] | { [name: string]: Param };

export interface ApiAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & {
    error?: { type: string; code?: string; param?: string; message?: string };
  };
}

export interface ApiRequest {
  params?: Param;
  headers?: Record<string, string>;
  /** In place of the emulator's own key; `null` sends none. */
  key?: string | null;
}

// Far longer than an answer takes; who never answers must not hang a whole suite.
const LONGEST_ANSWER_MS = 60_000;

/** One request in Stripe's encoding, without stripe-node between the test and the wire. */
export async function callApi(
  emulator: Pick<StripeEmulator, 'url' | 'secretKey'>,
  route: string,
  { params = {}, headers = {}, key = emulator.secretKey }: ApiRequest = {},
): Promise<ApiAnswer> {
  const [method = '', path = ''] = route.split(' ');
  const form = encode(params);
  const url = method === 'POST' ? path : `${path}?${form.toString()}`;
  const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
  const answer = await fetch(`${emulator.url}${url}`, {
    method,
    headers: { ...authorization, ...headers },
    signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
    ...(method === 'POST' ? { body: form } : {}),
  });
  const body: ApiAnswer['body'] = JSON.parse(await answer.text());
  return { status: answer.status, headers: answer.headers, body };
}

/** `a[b][0]=c`, as https://docs.stripe.com/api shows it. */
export function encode(value: Param): URLSearchParams {
  const form = new URLSearchParams();
  append(form, '', value);
  return form;
}

function append(form: URLSearchParams, name: string, value: Param): void {
  if (typeof value !== 'object') {
    form.append(name, String(value));
    return;
  }
  for (const [key, child] of Object.entries(value))
    append(form, name === '' ? key : `${name}[${key}]`, child);
}
