/** A request as it goes over the wire: names as written, in order, repeats among them. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Place {
  /** `localhost:…`, as an honest client names it. */
  readonly authority: string;
  readonly path: string;
  readonly allowedOrigins: readonly string[];
}

export type Verdict = 'next_route' | 'method_not_allowed' | 'tls_required' | 'cross_origin' | 'passes';

/**
 * What H2, H3 and H4 say of a request, from the words of docs/how-it-works.md and with nothing of src: an app that trusts its
 * proxy on loopback and takes no plain HTTP.
 */
export function verdictOn(request: RawRequest, { path, allowedOrigins }: Place): Verdict {
  const [route = ''] = request.target.split('?', 1);
  if (![path, `${path}/`].includes(route.toLowerCase())) return 'next_route';
  if (request.method !== 'POST') return 'method_not_allowed';

  const said = (name: string): string[] =>
    request.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value.trim());
  const only = (name: string): string | undefined => {
    const values = said(name);
    return values.length === 0 ? undefined : values.join(', ');
  };
  const origin = only('origin');
  const isAllowed = origin !== undefined && allowedOrigins.includes(origin);

  // H3: each proxy on the way says https, and no page on plain http asks.
  const hops = said('x-forwarded-proto').join(',').split(',');
  if (!hops.every((hop) => hop.trim() === 'https')) return 'tls_required';
  if (!isAllowed && origin?.slice(0, 5).toLowerCase() === 'http:') return 'tls_required';

  // H4: an allowed origin; or the browser says that it is the same; or Origin and Host say so.
  if (isAllowed) return 'passes';
  if (origin !== undefined && !origin.startsWith('https://')) return 'cross_origin';
  const site = only('sec-fetch-site');
  if (site === undefined) {
    const [host] = said('host');
    return origin !== undefined && origin === `https://${host}` ? 'passes' : 'cross_origin';
  }
  const mode = only('sec-fetch-mode') ?? 'cors';
  const dest = only('sec-fetch-dest') ?? 'empty';
  const isScripted = (mode === 'cors' || mode === 'same-origin') && dest === 'empty';
  return site === 'same-origin' && isScripted ? 'passes' : 'cross_origin';
}
