// The other common form: an automatic mock of the module, whose constructor is told what to give.
const watch = require('../watch.cjs');
const { CUSTOMER_SESSION, shop } = require('../serve.cjs');
const { ask } = require('../ask.cjs');

jest.mock('stripe');

test("jest.mock('stripe') without a factory is what createStripe makes", async () => {
  const { Stripe } = require('stripe');
  const library = require('express-stripe-customer-session');
  const create = jest.fn(async () => CUSTOMER_SESSION);
  const Module = require('stripe');
  for (const mocked of new Set([Module, Module.default, Stripe])) {
    mocked?.mockImplementation?.(() => ({ customerSessions: { create } }));
  }

  const { port, ...answer } = await ask(shop(library, library.createStripe('sk_test_jest')));

  expect(answer).toEqual({ status: 200, secret: CUSTOMER_SESSION.client_secret });
  expect(create).toHaveBeenCalledTimes(1);
  expect({ ports: watch.connectedPorts(), names: watch.strayNames }).toEqual({ ports: [port], names: [] });
});
