import { after, before, it } from 'node:test';
import { createStripe } from 'express-stripe-customer-session';
import nock from 'nock';
import request from 'supertest';
import { createApp, fromAda } from './app.js';
import { customerSession } from './customer-session.js';

before(() => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1'); // supertest's own requests
});
after(() => nock.restore());

it('gives a session of what nock answers', async () => {
  const stripe = createStripe('sk_test_123');
  const call = nock('https://api.stripe.com')
    .post('/v1/customer_sessions', ({ customer }) => customer === 'cus_Ada')
    .reply(200, customerSession('cus_Ada'));
  await request(createApp(stripe)).post('/customer-session').set(fromAda).expect(200);
  call.done();
});
