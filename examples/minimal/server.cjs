const express = require('express');
const {
  createStripe,
  customerSessionRouter,
  savedPaymentMethods,
} = require('express-stripe-customer-session');
const { startStripeEmulator } = require('express-stripe-customer-session/testing');

async function main() {
  // Stands for Stripe, so that this runs without a key.
  const emulator = await startStripeEmulator();
  emulator.addCustomer({ id: 'cus_Ada' });

  const app = express();

  app.use(
    '/customer-session',
    customerSessionRouter({
      authenticate: () => ({ stripeCustomerId: 'cus_Ada' }), // <-- your sign-in: the user of this request, or null
      resolveCustomer: (user) => user.stripeCustomerId,
      components: savedPaymentMethods({ save: 'on_session' }),
      stripe: createStripe(emulator.secretKey, emulator.stripeConfig),
      dangerouslyAllowHttpOnLocalhost: true,
    }),
  );

  const port = process.env.PORT ?? 3000;
  app.listen(port, (error) => {
    if (error) throw error;
    console.log(
      `curl -X POST http://localhost:${port}/customer-session -H "Origin: http://localhost:${port}"`,
    );
  });
}

void main();
