import { createServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import path from 'node:path';
import { createStorefront } from './app.js';
import { keptCertificate } from './certificate.js';
import { openCustomers } from './customers.js';
import { Page } from './page.js';
import { connectStripe } from './stripe.js';
import { Timeline } from './timeline.js';
import { say, welcome } from './welcome.js';

const DRAIN_MS = 10_000;

async function start(): Promise<void> {
  const port = portOf(process.env.PORT);
  // Now, and not after all that takes its time.
  await refuseTakenPort(port);
  const data = path.resolve(process.env.STOREFRONT_DATA ?? '.data/storefront');
  const connection = await connectStripe();
  const page = new Page();
  // The page is built in a process of its own while the database opens in this one.
  const [customers, certificate] = await Promise.all([
    openCustomers(connection, data),
    keptCertificate(data),
    page.load(),
  ]);
  const timeline = new Timeline();
  const app = createStorefront({
    connection,
    directory: customers.directory,
    timeline,
    certificate,
    page: page.serve,
    onEvent: (event, req) => {
      const { outcome, status, ms } = event;
      timeline.onEvent(event, req);
      say(`customer-session ${status} ${outcome} in ${Math.round(ms)} ms`);
    },
  });
  const server = createServer(certificate, app);
  await listen(server, port);
  welcome(`https://localhost:${port}`, {
    Stripe: connection.description,
    Customers: customers.description,
  });
  // Users' first request should not wait for TCP and TLS.
  void connection.stripe.warmUp();
  // `npm run dev` says by it that the page has changed.
  process.on('message', () => {
    page.load().then(
      () => timeline.beginRun(),
      (error: Error) => say(error.message),
    );
  });
  onStop(() => {
    timeline.close();
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(late);
      void Promise.all([connection.close(), customers.close()]).then(() => process.exit(0));
    });
    // Also those on which the last request under way has just been answered.
    setInterval(() => server.closeIdleConnections(), 100);
  });
}

async function refuseTakenPort(port: number): Promise<void> {
  const probe = createNetServer();
  await listen(probe, port);
  await new Promise((resolve) => probe.close(resolve));
}

function listen(server: NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken. Choose another: PORT=4243 npm start`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function onStop(stop: () => void): void {
  let stopping = false;
  const once = () => {
    if (stopping) return;
    stopping = true;
    stop();
    say('Stopping: requests under way are finished first.');
  };
  process.on('SIGINT', once);
  process.on('SIGTERM', once);
  // The shell between npm and this process does not pass SIGTERM on: when it is gone, so is whoever started us.
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) once();
  }, 250).unref();
}

function portOf(value = '4242'): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new TypeError(`PORT is ${JSON.stringify(value)}. Use a whole number from 1 to 65535.`);
}

start().catch((error: unknown) => {
  process.stderr.write(
    `The storefront could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
