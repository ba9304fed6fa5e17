'use strict';
// Run by no-trace.test.ts on each Node.js. Takes a picture of every global, imports the built package, uses it, and
// prints what differs afterwards. It must also end by itself: an idle connection keeps no process alive.

const { createServer } = require('node:http');
const https = require('node:https');
const http = require('node:http');
const tls = require('node:tls');
const dns = require('node:dns');
const events = require('node:events');

const GLOBAL_DISPATCHERS = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) =>
  Symbol.for(name),
);

/** The names of all globals. Asking for more would itself load what Node.js loads late, `fetch` among it. */
function names() {
  return new Map(Reflect.ownKeys(globalThis).map((key) => [String(key), true]));
}

/** Every own property of an object by reference; getters are compared, never called. */
function propertiesOf(name, object) {
  return Reflect.ownKeys(object).map((key) => {
    const property = Object.getOwnPropertyDescriptor(object, key);
    return [`${name}.${String(key)}`, property.value ?? Reflect.get(property, 'get')];
  });
}

function picture() {
  return new Map([
    ...propertiesOf('globalThis', globalThis),
    ...propertiesOf('Error', Error),
    ...[Object, Array, Function, Promise, String, Error, Map].flatMap((type) =>
      propertiesOf(`${type.name}.prototype`, type.prototype),
    ),
    ...propertiesOf('http', http),
    ...propertiesOf('https', https),
    ...propertiesOf('http.globalAgent', http.globalAgent),
    ...propertiesOf('https.globalAgent', https.globalAgent),
    ...propertiesOf('tls', tls),
    ...propertiesOf('EventEmitter', events.EventEmitter),
    ...Object.entries(process.env).map(([name, value]) => [`process.env.${name}`, value]),
    ...process.eventNames().map((name) => [`process.on(${String(name)})`, process.listenerCount(name)]),
    ['dns order', dns.getDefaultResultOrder()],
    ['stackTraceLimit', Error.stackTraceLimit],
    ...GLOBAL_DISPATCHERS.map((symbol) => [String(symbol), Reflect.get(globalThis, symbol)]),
  ]);
}

function differences(before, after) {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((name) => !Object.is(before.get(name), after.get(name)));
}

async function use(port) {
  // The control: what a library that imports undici would leave behind.
  if (process.argv[2] === 'control') require('undici');
  const { createStripe } = require('../../dist/index.js');
  const settings = { host: 'localhost', protocol: 'http', port };
  const stripe = createStripe('sk_test_emulator', settings);
  const params = { customer: 'cus_Ada', components: { buy_button: { enabled: true } } };
  await stripe.warmUp();
  await stripe.customerSessions.create(params);
  await stripe.customers.retrieve('cus_none').catch(() => undefined);
  await createStripe('sk_test_emulator', { ...settings, port: 1 })
    .customerSessions.create(params)
    .catch(() => undefined);
  // Not closed on purpose: the process must end all the same.
}

async function hostsOwnFetch(port) {
  const Stripe = require('stripe');
  const stripe = new Stripe('sk_test_emulator', {
    host: 'localhost',
    protocol: 'http',
    port,
    httpClient: Stripe.createFetchHttpClient(),
    maxNetworkRetries: 0,
  });
  const { object } = await stripe.customerSessions.create({
    customer: 'cus_Ada',
    components: { buy_button: { enabled: true } },
  });
  return object;
}

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(request.method === 'POST' ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(request.method === 'POST' ? '{"object":"customer_session"}' : '{"error":{"type":"x"}}');
  });
});
// This side of the connections is not what is tested for keeping the process alive.
server.keepAliveTimeout = 0;
server.on('connection', (socket) => socket.unref());

async function main() {
  await events.once(server.listen(0), 'listening');
  const { port } = server.address();
  server.unref();
  const keepAlive = setTimeout(() => undefined, 60_000);
  // Before anything of fetch is touched: Node.js makes its dispatcher only then.
  const before = names();
  await use(port);
  const untouched = differences(before, names());
  await (await fetch(`http://localhost:${port}/`, { method: 'POST' })).text();
  picture();
  const withFetch = picture();
  await use(port);
  const touched = differences(withFetch, picture());
  const fetched = await hostsOwnFetch(port).catch(() => 'failed');
  clearTimeout(keepAlive);
  process.stdout.write(JSON.stringify({ version: process.version, untouched, touched, fetched }));
}

void main();
