import { createServer as createTlsServer, type Server } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { serveCalls } from './processes.js';

/**
 * A fast stand-in for Stripe in a process of its own: TLS, one fixed answer, a delay, and an optional relay in front
 * of it that makes every round trip (those of the TCP and TLS handshakes too) take `roundTripMs`.
 */
export interface UpstreamSettings {
  delayMs?: number;
  /** How long idle sockets are kept; 75 s is what Stripe's servers were seen to do. */
  keepAliveMs?: number;
  /** Accept requests and never answer them. */
  hang?: boolean;
}

export interface UpstreamStart extends UpstreamSettings {
  cert: string;
  key: string;
  roundTripMs?: number;
}

export interface UpstreamCounts {
  requests: number;
  connections: number;
}

const customer = 'cus_bench';
const settings = { delayMs: 0, keepAliveMs: 75_000, hang: false };
const counts: UpstreamCounts = { requests: 0, connections: 0 };
const closing = new WeakMap<Socket, NodeJS.Timeout>();
let server: Server;

// About the size of Stripe's answer: all seven components are always listed.
function sessionBody(): string {
  const off = { enabled: false, features: null };
  const features = {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'enabled',
    payment_method_redisplay_limit: 10,
    payment_method_remove: 'disabled',
    payment_method_save: 'enabled',
    payment_method_save_usage: 'off_session',
  };
  return JSON.stringify({
    object: 'customer_session',
    client_secret: `cuss_secret_${'B'.repeat(96)}`,
    components: {
      active_entitlements: { enabled: false },
      buy_button: { enabled: false },
      customer_portal: { enabled: false },
      customer_sheet: off,
      mobile_payment_element: off,
      payment_element: { enabled: true, features },
      pricing_table: { enabled: false },
    },
    created: Math.floor(Date.now() / 1000),
    customer,
    customer_account: null,
    expires_at: Math.floor(Date.now() / 1000) + 1800,
    livemode: false,
  });
}

async function start({ cert, key, roundTripMs = 0, ...first }: UpstreamStart): Promise<number> {
  Object.assign(settings, first);
  server = createTlsServer({ cert, key, keepAliveTimeout: 0 }, (request, response) => {
    counts.requests += 1;
    clearTimeout(closing.get(request.socket));
    response.on('finish', () => closeWhenIdle(request.socket));
    request.resume();
    if (settings.hang) return;
    const answer = () => {
      const body = sessionBody();
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'Request-Id': 'req_bench',
        'Stripe-Version': '2026-03-25.dahlia',
        'Idempotency-Key': String(request.headers['idempotency-key'] ?? ''),
        Vary: 'Origin',
        // Said by hand, so that Node.js does not add its `Keep-Alive: timeout=…`: Stripe announces none.
        Connection: 'keep-alive',
      });
      response.end(body);
    };
    if (settings.delayMs === 0) answer();
    else setTimeout(answer, settings.delayMs);
  });
  server.on('secureConnection', () => {
    counts.connections += 1;
  });
  const port = await listen(server);
  return roundTripMs === 0 ? port : await startRelay(port, roundTripMs);
}

// By hand, to the millisecond: Node.js keeps idle sockets a second longer than its keepAliveTimeout says.
function closeWhenIdle(socket: Socket): void {
  closing.set(
    socket,
    setTimeout(() => socket.end(), settings.keepAliveMs),
  );
}

/** Bytes leave half a round trip after they came; the first ones wait for TCP's own handshake as well. */
function startRelay(port: number, roundTripMs: number): Promise<number> {
  const relay = createTcpServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    let lag = roundTripMs * 1.5;
    near.on('data', (bytes: Buffer) => {
      forward(far, bytes, lag);
      lag = roundTripMs / 2;
    });
    far.on('data', (bytes: Buffer) => forward(near, bytes, roundTripMs / 2));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('end', () => setTimeout(() => other.end(), roundTripMs / 2));
    }
  });
  return listen(relay);
}

function forward(to: Socket, bytes: Buffer, lagMs: number): void {
  setTimeout(() => to.writable && to.write(bytes), lagMs);
}

function listen(one: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  return new Promise((resolve) => {
    one.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
      resolve((one.address() as AddressInfo).port);
    });
  });
}

serveCalls({
  start,
  set: (next: UpstreamSettings) => void Object.assign(settings, next),
  counts: () => counts,
});
