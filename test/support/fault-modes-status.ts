import { answer, goodAnswer, session } from './fault-answers.js';
import type { FaultMode, FaultOutcome } from './fault-modes.js';

const OUTCOMES: Record<number, FaultOutcome> = {
  400: 'misconfigured',
  401: 'misconfigured',
  402: 'misconfigured',
  403: 'misconfigured',
  404: 'misconfigured',
  409: 'stripe_unavailable',
  429: 'stripe_rate_limited',
  500: 'stripe_unavailable',
  503: 'stripe_unavailable',
};

// Stripe's own texts quote keys, and 402 carries a payment intent's secret.
const ERROR = JSON.stringify({
  error: {
    type: 'invalid_request_error',
    code: 'parameter_unknown',
    param: 'components',
    message: 'Invalid API Key provided: sk_test_canary_of_the_bad_upstream',
    payment_intent: { client_secret: 'pi_1_secret_canary_of_the_bad_upstream' },
    request_log_url: 'https://dashboard.example/canary',
  },
});

const BODIES: readonly (readonly [name: string, body: string])[] = [
  ['an error', ERROR],
  ['no error member', '{}'],
];

function status(code: number, name: string, [expected, body]: readonly [FaultOutcome, string]): FaultMode {
  return {
    name: `${code} with ${name}`,
    expected,
    respond: ({ socket }) => {
      socket.write(answer(code, body));
    },
  };
}

function before(code: number, head: string): FaultMode {
  return {
    name: `${code}, then a good answer`,
    expected: 'ok',
    respond: ({ socket, customer }) => {
      socket.write(Buffer.concat([Buffer.from(head), goodAnswer(customer)]));
    },
  };
}

/** Every status that is not 200. */
export const statusModes: readonly FaultMode[] = [
  ...Object.entries(OUTCOMES).flatMap(([code, outcome]) =>
    BODIES.map(([name, body]) => status(Number(code), name, [outcome, body])),
  ),
  status(400, 'a session and no error member', ['misconfigured', session('cus_Other')]),
  status(500, 'an array', ['stripe_unavailable', '[]']),
  status(502, 'HTML', ['stripe_unavailable', '<html>Bad gateway</html>']),
  status(500, 'a body too long', ['stripe_unavailable', `"${'x'.repeat(100_000)}"`]),
  status(201, 'an array', ['stripe_unavailable', '[]']),
  status(400, 'a missing customer', [
    'no_customer',
    '{"error":{"type":"invalid_request_error","code":"resource_missing","param":"customer","message":"No such customer"}}',
  ]),
  before(100, 'HTTP/1.1 100 Continue\r\n\r\n'),
  before(103, 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n'),
  {
    name: '101',
    expected: 'stripe_unavailable',
    respond: ({ socket }) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    },
  },
  {
    name: '204',
    expected: 'stripe_unavailable',
    respond: ({ socket }) => {
      socket.write('HTTP/1.1 204 No Content\r\nRequest-Id: req_bad\r\n\r\n');
    },
  },
  {
    name: '302 elsewhere',
    expected: 'stripe_unavailable',
    respond: ({ socket, customer }) => {
      socket.write(answer(302, session(customer), { Location: 'https://evil.example/v1/customer_sessions' }));
    },
  },
  {
    name: '500 once, then good',
    expected: 'ok',
    respond: ({ socket, attempt, customer }) => {
      socket.write(attempt === 1 ? answer(500, ERROR) : goodAnswer(customer));
    },
  },
  {
    name: '429 with stripe-should-retry once, then good',
    expected: 'ok',
    respond: ({ socket, attempt, customer }) => {
      socket.write(
        attempt === 1 ? answer(429, ERROR, { 'Stripe-Should-Retry': 'true' }) : goodAnswer(customer),
      );
    },
  },
];
