import { createServer } from 'node:https';
import { createStorefront } from './app.js';
import { localCertificate } from './certificate.js';
import { openCustomers } from './customers.js';
import { builtPage } from './page.js';
import { connectStripe } from './stripe.js';
import { Timeline } from './timeline.js';

const DRAIN_MS = 10_000;

async function start(): Promise<void> {
  const port = portOf(process.env.PORT);
  const connection = await connectStripe();
  const customers = await openCustomers(connection);
  const timeline = new Timeline();
  const app = createStorefront({
    stripe: connection.stripe,
    emulator: connection.emulator,
    directory: customers.directory,
    timeline,
    page: await builtPage(),
    onEvent: (event, req) => {
      const { outcome, status, ms } = event;
      timeline.onEvent(event, req);
      process.stdout.write(`customer-session ${status} ${outcome} in ${Math.round(ms)} ms\n`);
    },
  });
  const server = createServer(await localCertificate(), app);
  server.on('error', (error: NodeJS.ErrnoException) => {
    process.stderr.write(
      error.code === 'EADDRINUSE'
        ? `Port ${port} is taken. Choose another: PORT=4243 npm start\n`
        : `${error.message}\n`,
    );
    process.exit(1);
  });
  server.listen(port, '127.0.0.1', () => {
    printWelcome(`https://localhost:${port}`, [
      `Stripe     ${connection.description}`,
      `Customers  ${customers.description}`,
    ]);
  });
  // Users' first request should not wait for TCP and TLS.
  void connection.stripe.warmUp();

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    process.stdout.write('Stopping: requests under way are finished first.\n');
    timeline.close();
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(late);
      void Promise.all([connection.close(), customers.close()]).then(() => process.exit(0));
    });
    // Also those on which the last request under way has just been answered.
    setInterval(() => server.closeIdleConnections(), 100);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  stopWithNpm(stop);
}

// The shell between npm and this process does not pass SIGTERM on: when it is gone, so is whoever started us.
function stopWithNpm(stop: () => void): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 250).unref();
}

function portOf(value = '4242'): number {
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new TypeError(`PORT is ${JSON.stringify(value)}. Use a whole number from 1 to 65535.`);
}

function printWelcome(url: string, lines: readonly string[]): void {
  const ask = `curl -sk -b jar -X POST -H 'Origin: ${url}' ${url}/customer-session`;
  process.stdout.write(`
Storefront ${url}   (the certificate was made just now: your browser will warn once)
${lines.join('\n')}

Or from a terminal: sign in as ada (bob, dora, guest), then ask for a session.
  curl -sk -c jar -d user=ada ${url}/sign-in && ${ask}
From another site, which is refused:
  curl -sk -b jar -X POST -H 'Origin: https://evil.example' ${url}/customer-session

Stop with Ctrl-C.
`);
}

start().catch((error: unknown) => {
  process.stderr.write(
    `The storefront could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
