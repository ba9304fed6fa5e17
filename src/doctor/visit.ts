import { browserHeaders } from '../testing/browser-headers.js';
import { isAnswer, mayHoldSession, problemCode, type Reply, withoutQuery } from './answers.js';
import type { Asker, Asking } from './ask.js';

const MOST_SESSIONS = 2;
const FOREIGN_PAGE = { ...browserHeaders('https://doctor.example'), 'sec-fetch-site': 'cross-site' };

/** What the route answered to a few requests. */
export interface Visit {
  readonly url: URL;
  /** As a page of its own site asks, signed out; three times, so that the later ones tell the latency. */
  readonly signedOut: readonly Reply[];
  readonly get: Reply;
  readonly preflight: Reply;
  /** As a page of another site asks, signed out. */
  readonly foreign: Reply;
  /** Without any header of a browser's, signed out. */
  readonly bare: Reply;
  /** Signed out over plain http; `undefined` where the address itself is http. */
  readonly plain: Reply;
  /** Other addresses of the app at which the router answers, looked for where it does not answer at this one. */
  readonly elsewhere: readonly string[];
  /** `undefined` without a header to sign in with. */
  readonly signedIn: SignedInVisit | undefined;
}

export interface SignedInVisit {
  /** As a page of its own site asks; twice. */
  readonly own: readonly Reply[];
  readonly foreign: Reply;
}

const NOTHING = {
  get: undefined,
  preflight: undefined,
  foreign: undefined,
  bare: undefined,
  plain: undefined,
  elsewhere: [],
  signedIn: undefined,
};

/** Asks the route what the checks want to know; makes two sessions at most. */
export class Visitor {
  readonly #asker: Asker;
  readonly #url: URL;
  #sessions = 0;

  constructor(asker: Asker, url: URL) {
    this.#asker = asker;
    this.#url = url;
  }

  async visit(headers: Readonly<Record<string, string>>, say: (progress: string) => void): Promise<Visit> {
    const own = browserHeaders(this.#url.origin);
    say('Asking the route as a signed-out browser …');
    const first = await this.#post(own);
    if (!isAnswer(first)) return { ...NOTHING, url: this.#url, signedOut: [first] };
    const signedOut = [first, await this.#post(own), await this.#post(own)];
    const answers = {
      url: this.#url,
      signedOut,
      get: await this.#ask({ method: 'GET' }),
      preflight: await this.#ask({
        method: 'OPTIONS',
        headers: { origin: FOREIGN_PAGE.origin, 'access-control-request-method': 'POST' },
      }),
      foreign: await this.#post(FOREIGN_PAGE),
      bare: await this.#post({}),
      plain: await this.#plain(),
      elsewhere: problemCode(first) === undefined ? await this.#elsewhere() : [],
    };
    if (Object.keys(headers).length === 0) return { ...answers, signedIn: undefined };
    say('Asking the route as the signed-in user …');
    const foreign = await this.#post({ ...headers, ...FOREIGN_PAGE });
    const ownPage = { ...own, ...headers };
    return { ...answers, signedIn: { foreign, own: [await this.#post(ownPage), await this.#post(ownPage)] } };
  }

  // What could be a session counts as one, be it in another form than ours.
  async #post(headers: Readonly<Record<string, string>>, url?: URL): Promise<Reply> {
    if (this.#sessions >= MOST_SESSIONS) return undefined;
    const reply = await this.#ask({ method: 'POST', headers }, url);
    if (mayHoldSession(reply)) this.#sessions += 1;
    return reply;
  }

  #ask(asking: Asking, url = this.#url): Promise<Reply> {
    return this.#asker.ask(url, asking);
  }

  // Without Origin, by which the router knows a page on plain http whatever a proxy says.
  async #plain(): Promise<Reply> {
    if (this.#url.protocol !== 'https:') return undefined;
    const plain = new URL(this.#url);
    plain.protocol = 'http:';
    return this.#post({ 'sec-fetch-site': 'same-origin' }, plain);
  }

  // GET is refused by the router with a code of its own, and changes nothing elsewhere.
  async #elsewhere(): Promise<string[]> {
    const { pathname } = this.#url;
    const first = /^\/[^/]+/.exec(pathname)?.[0] ?? '';
    const rest = pathname.slice(first.length);
    const candidates = new Set([`${first}${pathname}`, rest, '/customer-session', '/api/customer-session']);
    const found: string[] = [];
    for (const path of candidates) {
      if (path === '' || path === pathname) continue;
      const url = new URL(path, this.#url.origin);
      if (problemCode(await this.#ask({ method: 'GET' }, url)) !== undefined)
        found.push(withoutQuery(url).href);
    }
    return found;
  }
}
