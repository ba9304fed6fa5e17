import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import request from 'supertest';
import { createApp, fromAda } from './app.js';
import { customerSession } from './customer-session.js';
import { stripeMock } from './stripe-mock.js';

it('H12: takes the fixture of stripe-mock, which ends in the second in which it began', async () => {
  // stripe-mock is a program of its own: this gives its fixture, with the customer of the request put in as it does.
  const fixture = { ...customerSession('cus_Ada'), created: 1234567890, expires_at: 1234567890 };
  const server = createServer((_req, res) => {
    res.setHeader('content-type', 'application/json').end(JSON.stringify(fixture));
  });
  await once(server.listen(0, 'localhost'), 'listening');
  const stripe = stripeMock((server.address() as AddressInfo).port);
  const { body } = await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  assert.equal(body.expires_at, 1234567890);
  await stripe.close();
  server.close();
});
