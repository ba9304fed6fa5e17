import { describeWith } from '../customers/support/describe-with.js';
import { fewAtATime } from '../support/few-at-a-time.js';
import { type ClusterProcess, startClusterProcess } from './support/cluster-process.js';

const REQUESTS_PER_SECOND = 200;
// On a machine that cannot carry that rate the load waits, so that nothing is shed: this is about what a restart loses.
const MOST_OPEN = 32;
// So many that none comes near its limit of 30 per minute.
const USERS = 500;

describeWith(['postgres', 'redis-server', 'nginx'], 'the cluster example', () => {
  let cluster: ClusterProcess;
  let cookies: string[];
  beforeAll(async () => {
    cluster = await startClusterProcess();
    const users = Array.from({ length: USERS }, (_, index) => `user=user-${index}`);
    const signIn = async (user: string) => (await cluster.post('/sign-in', undefined, user)).cookie ?? '';
    cookies = await fewAtATime(users, signIn);
  }, 90_000);
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
  }, 60_000);

  // One request every 5 ms until `done` resolves.
  async function underLoad(
    done: Promise<unknown>,
  ): Promise<{ sent: number; seconds: number; failed: unknown[] }> {
    const failed: unknown[] = [];
    const under: Promise<void>[] = [];
    const startedAt = Date.now();
    let open = 0;
    let over = false;
    void done.finally(() => {
      over = true;
    });
    const sendOne = async (turn: number) => {
      open += 1;
      const answer = await cluster
        .post('/customer-session', cookies[turn % USERS])
        .catch((error: unknown) => error);
      open -= 1;
      if (Object(answer).status !== 200) failed.push(answer);
    };
    while (!over) {
      const due = ((Date.now() - startedAt) * REQUESTS_PER_SECOND) / 1_000;
      while (under.length < due && open < MOST_OPEN) under.push(sendOne(under.length));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(under);
    return { sent: under.length, seconds: (Date.now() - startedAt) / 1_000, failed };
  }

  it('says that it is alive and ready, and serves from every process', async () => {
    expect(await cluster.get('/healthz')).toMatchObject({ status: 200, body: '{"alive":true}' });
    expect(await cluster.get('/readyz')).toMatchObject({ status: 200, body: '{"ready":true}' });
    const pages = await Promise.all(Array.from({ length: 16 }, () => cluster.get('/')));
    expect(new Set(pages.map(({ body }) => JSON.parse(body).servedBy)).size).toBe(4);
  });

  it('is replaced process by process under 200 requests a second, and no request fails', async () => {
    cluster.signal('SIGHUP');
    const { sent, seconds, failed } = await underLoad(cluster.prints(/All processes are new/));
    expect(failed).toEqual([]);
    expect(sent).toBeGreaterThan(500);
    process.stdout.write(`a rolling restart under ${Math.round(sent / seconds)} requests/s, of 200 wanted\n`);
    const drained = cluster.output().match(/server-\d\.1: draining/g);
    expect(drained).toHaveLength(4);
  }, 90_000);

  it('goes on while one process is killed, and starts another in its place', async () => {
    const pids = [...cluster.output().matchAll(/server-2\.\d: ready \(pid (\d+)\)/g)];
    process.kill(Number(pids.at(-1)?.[1]), 'SIGKILL');
    await cluster.prints(/server-2 ended \(SIGKILL\)/);
    const answers = await Promise.all(
      cookies.slice(0, 20).map((cookie) => cluster.post('/customer-session', cookie)),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await cluster.prints(/server-2\.3: ready/);
  }, 60_000);
});
