import { answer, goodAnswer, session } from './fault-answers.js';
import type { BadExchange, ConnectFault, FaultMode, FaultOutcome } from './fault-modes.js';

type Respond = (exchange: BadExchange) => void;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const MEGABYTE = Buffer.alloc(1024 * 1024, 0x20);

function onConnect(connect: ConnectFault, expected: FaultOutcome): FaultMode {
  return {
    name: `connect: ${connect}`,
    expected,
    connect,
    ...(connect.startsWith('tls') ? { tlsOnly: true } : {}),
  };
}

function mode(name: string, expected: FaultOutcome, respond: Respond): FaultMode {
  return { name, expected, respond };
}

// The first half of a good answer, then whatever `then` does.
function half(then: Respond): Respond {
  return (exchange) => {
    const whole = goodAnswer(exchange.customer);
    exchange.socket.write(whole.subarray(0, whole.length - 40), () => setTimeout(() => then(exchange), 20));
  };
}

function afterHead(then: Respond): Respond {
  return (exchange) => {
    exchange.socket.write(`${HEAD}Content-Length: 300\r\n\r\n`, () => setTimeout(() => then(exchange), 20));
  };
}

function midHead(then: Respond): Respond {
  return (exchange) => {
    exchange.socket.write(`${HEAD}Content-Len`, () => setTimeout(() => then(exchange), 20));
  };
}

const stayOpen: Respond = () => undefined;
const reset: Respond = (exchange) => exchange.reset();
const close: Respond = ({ socket }) => {
  socket.end();
};

/** Nothing, too slowly, not to the end, or far too much of it. */
export const connectionModes: readonly FaultMode[] = [
  onConnect('refused', 'stripe_unavailable'),
  onConnect('black-hole', 'timeout'),
  onConnect('reset-on-accept', 'stripe_unavailable'),
  onConnect('close-on-accept', 'stripe_unavailable'),
  onConnect('tls-silent', 'timeout'),
  onConnect('tls-garbage', 'stripe_unavailable'),
  onConnect('tls-unknown-authority', 'stripe_unavailable'),
  onConnect('tls-wrong-name', 'stripe_unavailable'),
  onConnect('tls-expired', 'stripe_unavailable'),

  mode('hang before headers', 'timeout', stayOpen),
  mode('hang amid headers', 'timeout', midHead(stayOpen)),
  mode('hang after headers', 'timeout', afterHead(stayOpen)),
  mode('hang amid body', 'timeout', half(stayOpen)),
  mode('drip of headers', 'timeout', ({ socket, drip }) => {
    socket.write(HEAD);
    drip(20, (index) => `X-Drip-${index}: 1\r\n`);
  }),
  mode('drip of body', 'timeout', ({ socket, drip }) => {
    socket.write(`${HEAD}Content-Length: 60000\r\n\r\n{`);
    drip(20, () => ' ');
  }),
  mode('endless 1xx', 'timeout', ({ drip }) =>
    drip(10, () => 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
  ),

  mode('reset before headers', 'stripe_unavailable', reset),
  mode('reset amid headers', 'stripe_unavailable', midHead(reset)),
  mode('reset after headers', 'stripe_unavailable', afterHead(reset)),
  mode('reset amid body', 'stripe_unavailable', half(reset)),
  mode('close before headers', 'stripe_unavailable', close),
  mode('close amid headers', 'stripe_unavailable', midHead(close)),
  mode('close after headers', 'stripe_unavailable', afterHead(close)),
  mode('close amid body', 'stripe_unavailable', half(close)),
  mode('chunked body cut', 'stripe_unavailable', ({ socket }) => {
    socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\n40\r\n{"object":"customer_session"`);
  }),
  mode('chunk of no size', 'stripe_unavailable', ({ socket }) => {
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\nnothing\r\n{}\r\n0\r\n\r\n`);
  }),
  mode('reset once, then good', 'ok', ({ attempt, customer, reset: cut, socket }) => {
    if (attempt === 1) cut();
    else socket.write(goodAnswer(customer));
  }),

  mode('300 MB of body', 'stripe_unavailable', ({ socket, drip }) => {
    socket.write(`${HEAD}Content-Length: ${300 * MEGABYTE.length}\r\n\r\n{"a":"`);
    drip(1, () => MEGABYTE);
  }),
  mode('endless body', 'stripe_unavailable', ({ socket, drip }) => {
    socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    drip(1, () => Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')]));
  }),
  mode('endless body until close', 'stripe_unavailable', ({ socket, drip }) => {
    socket.write(`${HEAD}\r\n`);
    drip(1, () => MEGABYTE);
  }),
  mode('one huge header', 'stripe_unavailable', ({ socket, customer }) => {
    socket.write(answer(200, session(customer), { 'X-Huge': 'x'.repeat(200_000) }));
  }),
  mode('endless headers', 'stripe_unavailable', ({ socket, drip }) => {
    socket.write(HEAD);
    drip(1, (index) => `X-Filler-${index}: ${'x'.repeat(4000)}\r\n`);
  }),

  mode('not HTTP', 'stripe_unavailable', ({ socket }) => {
    socket.write('SSH-2.0-OpenSSH_9.2p1\r\n');
  }),
  mode('length and chunked at once', 'stripe_unavailable', ({ socket, customer }) => {
    socket.write(answer(200, session(customer), { 'Transfer-Encoding': 'chunked' }));
  }),
  mode('two lengths', 'stripe_unavailable', ({ socket, customer }) => {
    socket.write(answer(200, session(customer), { 'content-length': '7' }));
  }),
  mode('length too short', 'stripe_unavailable', ({ socket, customer }) => {
    socket.write(answer(200, session(customer), { 'Content-Length': '40' }));
  }),
  mode('a second answer nobody asked for', 'ok', ({ socket, customer }) => {
    socket.write(Buffer.concat([goodAnswer(customer), goodAnswer('cus_Other')]));
  }),
];
