// WORLD_MOCK: "own" stubs the client's method, "prototype" that of its class, "spy" only looks on.
const { mock } = require('node:test');
const library = require('express-stripe-customer-session');
const { CUSTOMER_SESSION, key, serve, target } = require('./serve.cjs');

const mode = process.env.WORLD_MOCK;
const stripe = library.createStripe(key(), mode === 'spy' ? target() : {});
const owner = mode === 'prototype' ? Object.getPrototypeOf(stripe.customerSessions) : stripe.customerSessions;
const create = mock.method(owner, 'create', mode === 'spy' ? undefined : async () => CUSTOMER_SESSION);

serve(library, stripe, async () => ({ mockCalls: create.mock.callCount() }));
