// Run inside a project that has installed the package beside an Express and a stripe-node of its choice: asks for
// sessions from the emulator through both kinds of client and checks what comes back. Prints versions and statuses.
const assert = require('node:assert/strict');
const events = require('node:events');
const { readFileSync } = require('node:fs');
const http = require('node:http');
const express = require('express');
const stripeModule = require('stripe');
const {
  createStripe,
  customerDirectory,
  customerSessionRouter,
  memoryStore,
  savedPaymentMethods,
} = require('express-stripe-customer-session');
const { browserHeaders, startStripeEmulator } = require('express-stripe-customer-session/testing');

const Stripe = stripeModule.Stripe ?? stripeModule.default ?? stripeModule;
const SESSIONS = 'POST /v1/customer_sessions';

// What the emulator is told to do, and what the router has to make of it, whatever this stripe-node makes of it.
const CASES = [
  { name: 'a session', expected: 200 },
  { name: 'a deleted customer', customer: 'cus_Deleted', expected: 409 },
  { name: 'another site', headers: { 'sec-fetch-site': 'cross-site' }, expected: 403 },
  { name: 'a wrong key', fault: { status: 401 }, expected: 500 },
  { name: 'a wrong parameter', fault: { status: 400, error: { param: 'components' } }, expected: 500 },
  { name: 'too many requests', fault: { status: 429 }, expected: 503 },
  { name: 'an idempotency conflict', fault: { status: 409 }, expected: 502 },
  { name: 'an outage', fault: { status: 503 }, expected: 502 },
  { name: 'a reset', fault: { reset: 'after' }, expected: 502 },
  { name: 'a hang', fault: { hang: true }, expected: 504 },
  {
    name: 'someone else’s session',
    fault: { transform: (answer) => ({ ...answer, customer: 'cus_Bob' }) },
    expected: 502,
  },
  { name: 'no error in a 500', fault: { status: 500, rawBody: '{}' }, expected: 502 },
];

async function main() {
  const emulator = await startStripeEmulator();
  for (const id of ['cus_Ada', 'cus_Bob', 'cus_Deleted']) emulator.addCustomer({ id });
  emulator.deleteCustomer('cus_Deleted');
  const statuses = {
    own: await statusesWith(emulator, createStripe(emulator.secretKey, emulator.stripeConfig)),
    host: await statusesWith(emulator, new Stripe(emulator.secretKey, { ...emulator.stripeConfig })),
  };
  const expected = CASES.map(({ expected: status }) => status);
  assert.deepEqual(statuses, { own: expected, host: expected });
  await emulator.close();
  // Not all packages export their package.json.
  const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
  const result = { node: process.version, express: version('express'), stripe: version('stripe') };
  process.stdout.write(JSON.stringify({ ...result, cases: CASES.length }));
  // A call that this stripe-node never settles would keep the process alive.
  process.exit(0);
}

async function statusesWith(emulator, stripe) {
  const directory = customerDirectory({
    stripe,
    store: memoryStore(),
    scope: 'test',
    userId: ({ id }) => id,
  });
  const app = express();
  app.set('trust proxy', 1);
  app.use(
    '/customer-session',
    customerSessionRouter({
      stripe,
      deadlineMs: 1_500,
      authenticate: (req) => ({ id: req.get('x-user'), customer: req.get('x-customer') }),
      resolveCustomer: (user) => user.customer ?? directory.resolve(user),
      components: savedPaymentMethods({ save: 'on_session' }),
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await events.once(server, 'listening');
  const statuses = [];
  for (const { customer = 'cus_Ada', headers = {}, fault } of CASES) {
    emulator.setFault(SESSIONS, fault);
    statuses.push((await ask(server, { 'x-customer': customer, ...headers })).status);
  }
  emulator.setFault(SESSIONS, undefined);
  await checkNewUser(emulator, server);
  server.closeAllConnections();
  server.close();
  return statuses;
}

// A user without a customer gets one by the directory, once, and a session with exactly two members.
async function checkNewUser(emulator, server) {
  const before = emulator.customers.size;
  const answers = [await ask(server, { 'x-user': 'carol' }), await ask(server, { 'x-user': 'carol' })];
  for (const { status, text } of answers) {
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(JSON.parse(text)), ['client_secret', 'expires_at']);
  }
  assert.equal(emulator.customers.size, before + 1);
}

function ask(server, headers) {
  const options = {
    host: '127.0.0.1',
    port: server.address().port,
    path: '/customer-session',
    method: 'POST',
    agent: false,
    headers: { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https', ...headers },
  };
  return new Promise((resolve, reject) => {
    const req = http.request(options, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode, text }));
    });
    req.on('error', reject);
    req.end();
  });
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
