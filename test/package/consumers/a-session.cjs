// One shopper's session over HTTP, for the tests of a host's own.
const express = require('express');
const { createStripe, buyButton, customerSessionRouter } = require('express-stripe-customer-session');
const { browserHeaders, startStripeEmulator } = require('express-stripe-customer-session/testing');

exports.aSession = async () => {
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });
  const stripe = createStripe(emulator.secretKey, emulator.stripeConfig);
  const router = customerSessionRouter({
    stripe,
    authenticate: () => ({ customer: 'cus_Ada' }),
    resolveCustomer: (user) => user.customer,
    components: buyButton(),
  });
  const app = express().set('trust proxy', 1).use('/customer-session', router);
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { port } = server.address();
  const headers = { ...browserHeaders('https://shop.example'), 'x-forwarded-proto': 'https' };
  const answer = await fetch(`http://127.0.0.1:${port}/customer-session`, { method: 'POST', headers });
  const members = Object.keys(await answer.json());
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await stripe.close();
  await emulator.close();
  return { status: answer.status, members };
};
