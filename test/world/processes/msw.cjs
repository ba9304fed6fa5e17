// WORLD_MOCK: "stripe" mocks Stripe's route, "another" another host.
const { http, HttpResponse } = require(process.env.WORLD_PACKAGE);
const { setupServer } = require(`${process.env.WORLD_PACKAGE}/node`);
const library = require('express-stripe-customer-session');
const { CUSTOMER_SESSION, key, serve, target } = require('./serve.cjs');

let mockCalls = 0;
const mocksStripe = process.env.WORLD_MOCK === 'stripe';
const server = setupServer(
  mocksStripe
    ? http.post('https://api.stripe.com/v1/customer_sessions', () => {
        mockCalls += 1;
        return HttpResponse.json(CUSTOMER_SESSION);
      })
    : http.get('https://another.example/', () => HttpResponse.text('mocked')),
);
server.listen({ onUnhandledRequest: 'bypass' });

serve(library, library.createStripe(key(), mocksStripe ? {} : target()), async () => ({
  mockCalls,
  mocksAnother: !mocksStripe && (await fetch('https://another.example/')).status === 200,
}));
