import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import request from 'supertest';
import { createApp, fromAda } from './app.js';
import { customerSession } from './customer-session.js';

it('gives a session of what a stub of the client answers', async () => {
  const create = mock.fn(async ({ customer }: { customer: string }) => customerSession(customer));
  const stripe = { customerSessions: { create } };
  await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  assert.equal(create.mock.calls[0]?.arguments[0].customer, 'cus_Ada');
});
