// The shop: an Express app with the router, and a report of what happened in its process.
const express = require('express');
const watch = require('./watch.cjs');

exports.CUSTOMER_SESSION = {
  object: 'customer_session',
  client_secret: 'cuss_secret_of_the_mock',
  components: {},
  created: Math.floor(Date.now() / 1000),
  customer: 'cus_1',
  customer_account: null,
  expires_at: Math.floor(Date.now() / 1000) + 1800,
  livemode: false,
};

/** What `createStripe` needs to reach the stand-in under Stripe's own name. */
exports.target = () => ({
  host: 'api.stripe.com',
  port: Number(process.env.WORLD_PORT),
  protocol: 'https',
  ca: process.env.WORLD_CA,
});
exports.key = () => process.env.WORLD_KEY;

exports.shop = ({ customerSessionRouter, buyButton }, stripe, onEvent) =>
  express()
    .set('trust proxy', 'loopback')
    .use(
      '/customer-session',
      customerSessionRouter({
        stripe,
        authenticate: (req) => ({ customer: req.get('x-customer') }),
        resolveCustomer: (user) => user.customer,
        components: buyButton(),
        onEvent,
      }),
    );

/** Serves shoppers until the runner asks for the report. `evidence` gives what only the case knows. */
exports.serve = (library, stripe, evidence = async () => ({})) => {
  const events = [];
  const app = exports.shop(library, stripe, ({ outcome, reason }) => events.push({ outcome, reason }));
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('message', () => void report());

  async function report() {
    const spans = (await globalThis.flushSpans?.()) ?? [];
    const ports = watch.connectedPorts();
    process.send({ events, spans, ports, strayNames: watch.strayNames, ...(await evidence()) }, () => {
      // Agents keep timers and connections of their own.
      process.exit();
    });
  }
};
