import { startCluster } from './cluster.js';

async function main(): Promise<void> {
  const { REDIS_URL, DATABASE_URL, STRIPE_SECRET_KEY, PORT = '4243' } = process.env;
  if (/^(?:sk|rk)_live_/.test(STRIPE_SECRET_KEY ?? '')) {
    throw new TypeError('STRIPE_SECRET_KEY is a live key. The example creates customers: use a test key.');
  }
  const cluster = await startCluster({
    port: Number(PORT),
    redisUrl: REDIS_URL,
    databaseUrl: DATABASE_URL,
    stripeKey: STRIPE_SECRET_KEY,
    log: print,
  });
  print(welcome(cluster.url, cluster.emulator !== undefined));

  process.on('SIGHUP', () => {
    print('Rolling restart…');
    cluster.rollingRestart().then(
      () => print('All processes are new.'),
      (error: unknown) =>
        print(`The rolling restart ended there, and the old process stays: ${String(error)}`),
    );
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    print('Stopping: requests under way are finished first.');
    cluster.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  stopWithNpm(stop);
}

// The shell between npm and this process does not pass SIGTERM on.
function stopWithNpm(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 250).unref();
}

function welcome(url: string, emulated: boolean): string {
  return `
Cluster ${url}: nginx, four processes, one Redis, one Postgres.
Stripe is ${emulated ? 'the emulator: there is no STRIPE_SECRET_KEY' : "Stripe's test mode"}.

Sign in and ask for a session:
  curl -sk -c jar -d user=ada ${url}/sign-in && curl -sk -b jar -X POST -H 'Origin: ${url}' ${url}/customer-session
Replace every process, one after another, without losing a request:
  kill -HUP ${process.pid}
Stop with Ctrl-C.
`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
