import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { engines } from './engines/engines.js';

// What stripe-node would send.
const HEADERS = {
  Accept: 'application/json',
  'Content-Type': 'application/x-www-form-urlencoded',
  'User-Agent': 'Stripe/v1 NodeBindings/23.1.0',
  'X-Stripe-Client-User-Agent': '{"bindings_version":"23.1.0","lang":"node","typescript":false}',
  'Stripe-Version': '2026-03-25.dahlia',
  Authorization: 'Bearer sk_test_emulator_bench',
};
const BODY =
  'customer=cus_bench&components[payment_element][enabled]=true' +
  '&components[payment_element][features][payment_method_redisplay]=enabled';

/** Headers and body of a call to Stripe. */
export function requestOf(idempotencyKey: string): [headers: Record<string, string>, body: string] {
  const headers = { ...HEADERS, 'Idempotency-Key': idempotencyKey, 'Content-Length': String(BODY.length) };
  return [headers, BODY];
}

/** The least that can be done: a bare server, the fastest HTTP client, no stripe-node, no framework, no guard. */
export function startFloor(upstreamPort: number, engine = 'undici'): Promise<number> {
  const send = engines[engine]?.(upstreamPort);
  if (!send) throw new Error(`no engine "${engine}"`);
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    const [headers, body] = requestOf(`bench-${requests}`);
    send({ path: '/v1/customer_sessions', headers, body }).then(
      (answer) => {
        const session = JSON.parse(answer) as { client_secret: string };
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify({ client_secret: session.client_secret }));
      },
      () => {
        response.writeHead(502);
        response.end();
      },
    );
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
