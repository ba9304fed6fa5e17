// WORLD_MOCK: "stripe" mocks Stripe's route, "another" another host, "nothing" forbids all but this machine.
const loaded = require(process.env.WORLD_PACKAGE);
const nock = loaded.default ?? loaded;
const library = require('express-stripe-customer-session');
const { CUSTOMER_SESSION, key, serve, target } = require('./serve.cjs');

let mockCalls = 0;
const mode = process.env.WORLD_MOCK;
if (mode === 'stripe') {
  nock('https://api.stripe.com')
    .post('/v1/customer_sessions')
    .reply(200, () => {
      mockCalls += 1;
      return CUSTOMER_SESSION;
    });
} else if (mode === 'another') {
  nock('https://another.example').get('/').reply(200, 'mocked');
} else {
  nock.disableNetConnect();
  nock.enableNetConnect(/^(?:localhost|127\.0\.0\.1)/);
}

const stripe = library.createStripe(key(), mode === 'another' ? target() : {});
serve(library, stripe, async () => ({ mockCalls, mocksAnother: mode === 'another' && (await isMocked()) }));

function isMocked() {
  const { get } = require('node:https');
  return new Promise((resolve) => {
    get('https://another.example/', (res) => resolve(res.statusCode === 200)).on('error', () =>
      resolve(false),
    );
  });
}
