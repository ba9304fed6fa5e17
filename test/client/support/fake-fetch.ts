/** A `fetch` that gives the answers that a test wrote down, for tests that move the clock by hand. */
export interface FakeFetch {
  readonly fetch: typeof fetch;
  /** The signals of all requests, oldest first. */
  readonly requests: readonly AbortSignal[];
  /** The next requests get these answers in turn; the last one is repeated. */
  answer(...answers: FakeAnswer[]): void;
}

type FakeAnswer = () => Response | Promise<Response>;

export function createFakeFetch(): FakeFetch {
  const requests: AbortSignal[] = [];
  let script: FakeAnswer[] = [fakeSession()];
  return {
    async fetch(_url, init) {
      if (!init?.signal) throw new Error('a request without a signal');
      requests.push(init.signal);
      const [answer = fakeSession()] = script;
      if (script.length > 1) script = script.slice(1);
      return answer();
    },
    requests,
    answer(...answers) {
      script = answers;
    },
  };
}

let made = 0;

/** 200 with a new secret each time, which ends in `lifeMs` on a server whose clock is `clockMs` ahead of this one's. */
export function fakeSession({ lifeMs = 1_800_000, clockMs = 0, date = true } = {}): FakeAnswer {
  return () => {
    const now = Date.now() + clockMs;
    const body = {
      client_secret: `cuss_secret_fake_${++made}`,
      expires_at: Math.floor((now + lifeMs) / 1000),
    };
    return new Response(JSON.stringify(body), {
      headers: date ? { date: new Date(now).toUTCString() } : {},
    });
  };
}

/** A refusal as the router writes it. */
export function fakeProblem(status: number, code: string, headers: Record<string, string> = {}): FakeAnswer {
  const type = `urn:express-stripe-customer-session:problem:${code}`;
  return () => new Response(JSON.stringify({ type, status, code }), { status, headers });
}

export const fakeReset: FakeAnswer = () => Promise.reject(new TypeError('reset'));
export const fakeHang: FakeAnswer = () => new Promise(() => {});
