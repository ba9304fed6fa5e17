import { Agent, request } from 'node:https';
import { startNginx } from '../../examples/cluster/servers/nginx.js';
import type { ServerProcess } from '../../examples/cluster/servers/processes.js';
import { browserHeaders } from '../../src/testing/index.js';
import { describeWith } from '../customers/support/describe-with.js';
import { type DirectoryHost, startDirectoryHost } from '../customers/support/directory-host.js';
import { localCertificate } from '../support/certificate.js';

// A cache as somebody may set it up for a slow form handler: every POST, by its path alone.
const CACHE_POSTS = `
  proxy_cache posts;
  proxy_cache_methods POST;
  proxy_cache_key $request_method$uri;
  proxy_cache_valid any 1m;
  add_header X-Cache $upstream_cache_status always;
`;
const IGNORE_HEADERS = 'proxy_ignore_headers Cache-Control Expires Set-Cookie;';

describeWith(['nginx'], 'H1 behind an nginx that caches POST', () => {
  let host: DirectoryHost;
  beforeAll(async () => {
    host = await startDirectoryHost({
      profile: (user) => ({ metadata: { user: user.name } }),
      host: {
        plain: true,
        options: { rateLimit: false },
        prepare: (app) => {
          app.set('trust proxy', 'loopback');
          // What a route without our headers does.
          app.post('/naive', (req, res) => void res.json({ user: req.get('x-user') }));
        },
      },
    });
    for (const user of ['dora', 'emil']) host.users.set(user, null);
  });
  afterAll(() => host.close());

  let nginx: ServerProcess;
  const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });
  afterEach(() => nginx.kill());
  afterAll(() => agent.destroy());

  const start = async (location: string) => {
    nginx = await startNginx({
      upstreams: [`127.0.0.1:${new URL(host.origin).port}`],
      tls: await localCertificate(),
      http: 'proxy_cache_path cache keys_zone=posts:1m;',
      location,
    });
  };

  function post(
    path: string,
    user: string,
  ): Promise<{ status: number; body: Record<string, unknown>; cache: unknown }> {
    return new Promise((resolve, reject) => {
      const headers = { ...browserHeaders(nginx.url), host: `localhost:${nginx.port}`, 'x-user': user };
      const options = { host: '127.0.0.1', port: nginx.port, path, method: 'POST', headers, agent };
      const req = request(options, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, body: JSON.parse(text), cache: res.headers['x-cache'] }),
        );
      });
      req.on('error', reject).end();
    });
  }
  const alternate = (path: string, times: number) =>
    Promise.all(
      Array.from({ length: times }, async (_, turn) => {
        const user = turn % 2 ? 'dora' : 'emil';
        return { user, ...(await post(path, user)) };
      }),
    );
  const ownerOf = (customer: unknown) => host.emulator.customers.get(String(customer))?.metadata.user;

  it.each([
    ['that obeys our headers', CACHE_POSTS],
    ['that ignores Cache-Control, Expires and Set-Cookie', CACHE_POSTS + IGNORE_HEADERS],
  ])(
    '%s: of 200 alternating requests of two users no answer crosses',
    async (_what, location) => {
      await start(location);
      const answers = await alternate('/customer-session', 200);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(answers.filter(({ user, body }) => ownerOf(body.customerId) !== user)).toEqual([]);
      expect(new Set(answers.map(({ body }) => body.clientSecret)).size).toBe(200);
      expect(answers.filter(({ cache }) => cache === 'HIT')).toEqual([]);
    },
    60_000,
  );

  it('refusals are not cached either: signing in helps at once', async () => {
    await start(CACHE_POSTS + IGNORE_HEADERS);
    expect((await post('/customer-session', 'nobody')).status).toBe(401);
    expect((await post('/customer-session', 'dora')).status).toBe(200);
  });

  it('and that cache is a cache: answers of a route without our headers do cross', async () => {
    await start(CACHE_POSTS + IGNORE_HEADERS);
    const answers = [await post('/naive', 'dora'), ...(await alternate('/naive', 20))];
    expect(answers.map(({ body }) => body.user)).toEqual(answers.map(() => 'dora'));
  });
});
