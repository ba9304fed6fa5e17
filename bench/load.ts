import { type Dispatcher, Pool } from 'undici';
import { sleep } from './stats.js';

/** What a browser on the page sends, TLS having ended at a proxy in front. */
const browserRequest = {
  path: '/customer-session',
  method: 'POST',
  headers: {
    host: 'shop.example',
    origin: 'https://shop.example',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    'x-forwarded-proto': 'https',
  },
} as const;

export interface Load {
  /** One request for a session: its status and its time in ms. */
  send(path?: string): Promise<Reply>;
  /** One request for anything else. */
  get(path: string): Promise<Reply>;
  /** One request for a session, with more headers; its answer is read. */
  ask(asked: Asked): Promise<Answered>;
  /** `count` requests, `inFlight` of them open at any time. */
  closedLoop(inFlight: number, count: number): Promise<Reply[]>;
  /** `count` requests at once. */
  burst(count: number): Promise<Reply[]>;
  close(): Promise<void>;
}

export interface Asked {
  path?: string;
  headers: Record<string, string>;
  body?: string;
  /** Hangs up, as a caller that leaves. */
  signal?: AbortSignal;
}

export interface Reply {
  /** 0 where there was no answer. */
  status: number;
  ms: number;
}

export interface Answered extends Reply {
  /** Why there was no answer. */
  error?: string;
  headers: Dispatcher.ResponseData['headers'];
  text: string;
}

/**
 * Sends `rate` requests a second, on time, whatever became of those before. Resolves with their number once the last
 * one has been answered.
 */
export async function openLoop(
  { rate, seconds }: { rate: number; seconds: number },
  send: (index: number) => Promise<void>,
): Promise<number> {
  const open = new Set<Promise<void>>();
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  let sent = 0;
  while (elapsedMs() < seconds * 1_000) {
    for (const due = Math.floor((elapsedMs() / 1_000) * rate); sent < due; sent += 1) {
      const reply = send(sent).finally(() => open.delete(reply));
      open.add(reply);
    }
    await sleep(2);
  }
  await Promise.all(open);
  return sent;
}

/** Browsers' side: plain HTTP to a port on loopback or to a socket's path, as from the proxy that ends TLS. */
export function loadOn(at: number | string): Load {
  // A busy machine is late: that is no failure.
  const patience = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0 };
  const socket = typeof at === 'string' ? { socketPath: at } : {};
  const pool = new Pool(`http://127.0.0.1:${typeof at === 'number' ? at : 80}`, {
    connections: 2048,
    ...patience,
    ...socket,
  });

  const send = (path: string = browserRequest.path) => timed({ ...browserRequest, path });

  async function timed(request: Dispatcher.RequestOptions): Promise<Reply> {
    const startedAt = performance.now();
    try {
      const { statusCode, body } = await pool.request(request);
      await body.dump();
      return { status: statusCode, ms: performance.now() - startedAt };
    } catch {
      return { status: 0, ms: performance.now() - startedAt };
    }
  }

  async function ask({ headers, ...asked }: Asked): Promise<Answered> {
    const startedAt = performance.now();
    const request = { ...browserRequest, ...asked, headers: { ...browserRequest.headers, ...headers } };
    try {
      const answer = await pool.request(request);
      const text = await answer.body.text();
      return { status: answer.statusCode, ms: performance.now() - startedAt, headers: answer.headers, text };
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      return { status: 0, ms: performance.now() - startedAt, headers: {}, text: '', error: why };
    }
  }

  return {
    send,
    ask,
    get: (path) => timed({ path, method: 'GET' }),
    burst: (count) => Promise.all(Array.from({ length: count }, () => send())),
    async closedLoop(inFlight, count) {
      const replies: Reply[] = [];
      let started = 0;
      const worker = async () => {
        while (started < count) {
          started += 1;
          replies.push(await send());
        }
      };
      await Promise.all(Array.from({ length: inFlight }, worker));
      return replies;
    },
    close: () => pool.destroy(),
  };
}
