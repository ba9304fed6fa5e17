/** What a browser's own-origin `fetch` sends besides the host's cookies. */
export type BrowserHeaders = {
  /** The page's origin. */
  origin: string;
  /** The request stays on the page's own origin. */
  'sec-fetch-site': 'same-origin';
  /** A script asked for it. */
  'sec-fetch-mode': 'cors';
  /** It is for a script, not for a frame or an image. */
  'sec-fetch-dest': 'empty';
};

/**
 * The headers by which a browser marks a `fetch` from a page to its own origin
 * (https://www.w3.org/TR/fetch-metadata/). Test clients such as supertest send none of them, and the router
 * refuses requests without: `request(app).post('/customer-session').set(browserHeaders('https://shop.example'))`.
 *
 * @param origin - scheme, host and port of the page, such as `https://shop.example` or `https://localhost:4242`
 * @throws TypeError for what a browser would never put into `Origin`, with the nearest form that it would.
 */
export function browserHeaders(origin: string): BrowserHeaders {
  const parsed = URL.canParse(origin) ? new URL(origin).origin : 'null';
  if (parsed !== origin || !/^https?:/.test(origin)) {
    const hint = /^https?:/.test(parsed)
      ? `Did you mean ${JSON.stringify(parsed)}?`
      : 'Use "https://" and the host.';
    throw new TypeError(`browserHeaders: ${JSON.stringify(origin)} is no origin of a web page. ${hint}`);
  }
  return {
    origin,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
  };
}
