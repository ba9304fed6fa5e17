// What an app's own tests do: the module is mocked, the library makes its client from it.
const watch = require('../watch.cjs');
const { CUSTOMER_SESSION, shop } = require('../serve.cjs');
const { ask } = require('../ask.cjs');

const mockCreate = jest.fn();
jest.mock('stripe', () => jest.fn(() => ({ customerSessions: { create: mockCreate } })));

test("jest.mock('stripe') is what createStripe makes", async () => {
  const library = require('express-stripe-customer-session');
  mockCreate.mockResolvedValue(CUSTOMER_SESSION);
  const stripe = library.createStripe('sk_test_jest');

  const { port, ...answer } = await ask(shop(library, stripe));

  expect(answer).toEqual({ status: 200, secret: CUSTOMER_SESSION.client_secret });
  expect(mockCreate).toHaveBeenCalledTimes(1);
  expect(mockCreate.mock.calls[0][0]).toMatchObject({ customer: 'cus_1' });
  expect({ ports: watch.connectedPorts(), names: watch.strayNames }).toEqual({ ports: [port], names: [] });
});
