// Run inside a project that has installed the package, on a runtime of its choice: sessions over TLS, from a server that
// only `ca` makes trusted.
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { createStripe } = require('express-stripe-customer-session');
const { startStripeEmulator } = require('express-stripe-customer-session/testing');

async function main() {
  const tls = { key: readFileSync('key.pem', 'utf8'), cert: readFileSync('cert.pem', 'utf8') };
  const emulator = await startStripeEmulator({ tls });
  emulator.addCustomer({ id: 'cus_Ada' });
  const clients = [tls.cert, undefined].map((ca) =>
    createStripe(emulator.secretKey, { ...emulator.stripeConfig, ca }),
  );
  const [trusting, strict] = clients;
  assert.ok(await trusting.warmUp());
  const secrets = [await secret(trusting), await secret(trusting)];
  secrets.push(...(await Promise.all(Array.from({ length: 8 }, () => secret(trusting)))));
  assert.equal(new Set(secrets).size, 10);
  await assert.rejects(secret(strict));
  assert.equal(emulator.requests.length, 10);
  for (const client of clients) await client.close();
  await emulator.close();
  process.stdout.write(JSON.stringify({ sessions: secrets.length }));
}

async function secret(stripe) {
  const components = { buy_button: { enabled: true } };
  return (await stripe.customerSessions.create({ customer: 'cus_Ada', components })).client_secret;
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
