import { Agent, request } from 'node:https';
import { type Answer, expectResponseHeaders } from '../../support/call.js';

/** One person's browser at the storefront: a cookie, and the headers of its own page. */
export class Shopper {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  #cookie = '';

  constructor(url: string) {
    this.#url = url;
  }

  async signIn(user: string): Promise<Answer> {
    const answer = await this.#send('POST', '/sign-in', { 'content-type': 'application/json' }).end(
      JSON.stringify({ user }),
    );
    this.#keepCookie(answer);
    return answer;
  }

  /** Asks for a session; every answer passes H1's check. */
  async askForSession(headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.#send('POST', '/customer-session', headers).end('');
    expectResponseHeaders(answer);
    return answer;
  }

  /** A sign-in of which half has arrived at the server when this resolves. */
  async halfASignIn(user: string): Promise<{ finish(): Promise<Answer> }> {
    const body = JSON.stringify({ user });
    const { req, end } = this.#send('POST', '/sign-in', {
      'content-type': 'application/json',
      'content-length': String(body.length),
      expect: '100-continue',
    });
    const asked = new Promise((resolve) => req.once('continue', resolve));
    req.flushHeaders();
    // "Go on", from a server that has begun with this request.
    await asked;
    req.write(body.slice(0, 5));
    return { finish: () => end(body.slice(5)) };
  }

  /** One of the demo's own routes. */
  post(path: string): Promise<Answer> {
    return this.#send('POST', path, {}).end('');
  }

  async get(path: string): Promise<Answer> {
    const answer = await this.#send('GET', path, {}).end('');
    this.#keepCookie(answer);
    return answer;
  }

  leave(): void {
    this.#agent.destroy();
  }

  #send(method: 'POST' | 'GET', path: string, headers: Record<string, string>) {
    const req = request(new URL(path, this.#url), {
      method,
      agent: this.#agent,
      headers: {
        origin: this.#url,
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'cors',
        'sec-fetch-dest': 'empty',
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
        ...headers,
      },
    });
    const answer = new Promise<Answer>((resolve, reject) => {
      req.on('error', reject);
      req.on('response', (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        res.on('end', () => {
          const { statusCode: status = 0, rawHeaders } = res;
          const isJson = res.headers['content-type']?.includes('json');
          const json = isJson ? JSON.parse(text) : undefined;
          resolve({ status, headers: res.headers, rawHeaders, text, json });
        });
      });
    });
    // Known to nobody until it is asked for.
    answer.catch(() => undefined);
    return {
      req,
      end: (body: string) => {
        req.end(body);
        return answer;
      },
    };
  }

  #keepCookie({ headers }: Answer): void {
    const [cookie] = headers['set-cookie'] ?? [];
    this.#cookie = cookie?.split(';')[0] ?? this.#cookie;
  }
}
