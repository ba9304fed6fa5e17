import type { Places } from './places.js';
import type { Report, Span } from './shop-process.js';
import type { Served } from './shoppers.js';

/** What was seen of one case. */
export interface Seen {
  readonly places: Places;
  readonly served: readonly Served[];
  readonly report: Report;
  readonly port80: string;
}

// Each judge says what holds, in a few words, and throws with what does not.

/** Sessions come from Stripe's stand-in, over TLS, each for its own customer, and the key is seen nowhere else. */
export function judgeSessions(seen: Seen, through: 'stripe' | 'proxy'): string {
  const { places, served, report } = seen;
  const { stripe, proxy } = places;
  const doubts = keyDoubts(seen);
  for (const { customer, status, clientSecret, code } of served) {
    const session = stripe.sessions.find((one) => one.clientSecret === clientSecret);
    if (status !== 200) doubts.push(`${customer} was answered ${status} ${code}`);
    else if (session?.customer !== customer) doubts.push(`${customer} got another's session`);
  }
  const calls = stripe.requests.filter(({ path }) => path === '/v1/customer_sessions');
  if (calls.length !== served.length) doubts.push(`Stripe saw ${calls.length} calls`);
  const by = through === 'proxy' ? proxy.port : stripe.port;
  const agents = [places.backend.url, places.backend.tlsUrl].map((url) => Number(new URL(url).port));
  const others = report.ports.filter((port) => port !== by && !agents.includes(Number(port)));
  if (others.length > 0) doubts.push(`connections went to ${others.join(', ')}`);
  const connections = report.ports.filter((port) => port === by).length;
  const target = `api.stripe.com:${stripe.port}`;
  if (through === 'proxy' && (proxy.tunnels.length === 0 || proxy.tunnels.some((one) => one !== target))) {
    doubts.push(`the proxy was asked for ${proxy.tunnels.join(', ') || 'nothing'}`);
  }
  settle(doubts, report);
  const way = through === 'proxy' ? 'tunnels of the proxy' : 'connections to Stripe';
  return `${served.length} sessions, ${connections} ${way}`;
}

/** The mock is asked once, its session is the answer, and the process opens no connection. */
export function judgeMock(seen: Seen, secret: string): string {
  const { served, report } = seen;
  const doubts = [...keyDoubts(seen), ...silenceDoubts(seen)];
  for (const { status, clientSecret, code } of served) {
    if (status !== 200 || clientSecret !== secret) doubts.push(`the shopper was answered ${status} ${code}`);
  }
  if (report.mockCalls !== served.length) doubts.push(`the mock was used ${report.mockCalls} times`);
  settle(doubts, report);
  return 'the mock was used once, no connection';
}

/** Nothing is mocked and nothing may leave: the shopper is refused, and the process opens no connection. */
export function judgeRefusal(seen: Seen): string {
  settle([...keyDoubts(seen), ...silenceDoubts(seen), ...refusalDoubts(seen)], seen.report);
  return 'refused (502), no connection';
}

/** What stands in the way lets no request through: the shopper is refused, and the key is seen nowhere. */
export function judgeFailure(seen: Seen): string {
  settle([...keyDoubts(seen), ...refusalDoubts(seen)], seen.report);
  return `refused (502) by its ${seen.report.events[0]?.reason}, no key in clear text`;
}

/** Each call to Stripe carries the trace of the shopper it is made for, and its span names Stripe's host. */
export function judgeTraces({ places, served, report }: Seen, spans: readonly Span[]): string {
  const doubts: string[] = [];
  for (const { customer, trace } of served) {
    const call = places.stripe.requests.find(({ params }) => params.customer === customer);
    const headers = JSON.stringify([call?.headers.traceparent, call?.headers['sentry-trace']]);
    if (!headers.includes(trace)) doubts.push(`the call for ${customer} came without its trace: ${headers}`);
    // Datadog's spans tell the lower half.
    const own = spans
      .filter((span) => trace.endsWith(span.trace))
      .map(({ details }) => JSON.stringify(details));
    if (own.length === 0) doubts.push(`no span tells of the call for ${customer}`);
    for (const text of own) {
      if (!text.includes('api.stripe.com')) doubts.push(`a span names another host: ${text}`);
      if (text.includes(places.stripe.secretKey)) doubts.push('a span holds the key');
    }
  }
  settle(doubts, report);
  return `${served.length} traces continued, spans name api.stripe.com`;
}

function keyDoubts({ places: { stripe, proxy }, port80 }: Seen): string[] {
  const key = stripe.secretKey;
  return [
    ...(port80.includes(key) ? ['THE KEY WENT IN CLEAR TEXT to localhost:80'] : []),
    ...(proxy.text().includes(key) ? ['THE KEY WENT IN CLEAR TEXT to the proxy'] : []),
  ];
}

function refusalDoubts({ served }: Seen): string[] {
  return served
    .filter(({ status }) => status !== 502)
    .map(({ status, code }) => `the shopper was answered ${status} ${code}`);
}

function silenceDoubts({ places: { stripe }, report: { ports, strayNames } }: Seen): string[] {
  return [
    ...(ports.length > 0 ? [`connections went to ${ports.join(', ')}`] : []),
    ...(strayNames.length > 0 ? [`looked up ${strayNames.join(', ')}`] : []),
    ...(stripe.requests.length > 0 ? [`Stripe saw ${stripe.requests.length} calls`] : []),
  ];
}

function settle(doubts: readonly string[], { events }: Report): void {
  if (doubts.length === 0) return;
  const told = [
    ...new Set(events.map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(': '))),
  ];
  throw new Error(`${doubts.slice(0, 4).join('; ')} (events: ${told.join(', ') || 'none'})`);
}
