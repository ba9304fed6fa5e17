/** A whole answer as it goes over the wire; `headers` replace the usual ones, `undefined` leaves one out. */
export function answer(
  status: number,
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
): Buffer {
  const bytes = Buffer.from(body);
  const all = {
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
    'Request-Id': 'req_bad',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Word\r\n${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

/** What Stripe would say, but for `changes`. */
export function session(customer: string, changes: Record<string, unknown> = {}): string {
  const created = Math.floor(Date.now() / 1000);
  return JSON.stringify({
    object: 'customer_session',
    client_secret: 'cuss_secret_canary_of_the_bad_upstream',
    components: { payment_element: { enabled: true } },
    created,
    customer,
    expires_at: created + 1800,
    livemode: false,
    ...changes,
  });
}

/** The good answer. */
export function goodAnswer(customer: string): Buffer {
  return answer(200, session(customer));
}
