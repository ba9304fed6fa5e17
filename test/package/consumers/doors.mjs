// Run inside a project that has installed the package, as an ES module. Prints what it could import by name.
import {
  createStripe,
  customerDirectory,
  customerSessionRouter,
  guardedStore,
  memoryStore,
  savedPaymentMethods,
  stripeCspDirectives,
} from 'express-stripe-customer-session';
import {
  CustomerSessionError,
  createCustomerSessionSource,
  fetchCustomerSession,
  toElementsOptions,
} from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';
import { postgresStore } from 'express-stripe-customer-session/postgres';
import { CustomerSessionElements, useCustomerSession } from 'express-stripe-customer-session/react';
import { redisStore } from 'express-stripe-customer-session/redis';
import {
  browserHeaders,
  customerStoreContract,
  startStripeEmulator,
} from 'express-stripe-customer-session/testing';

const imported = {
  createStripe,
  customerDirectory,
  customerSessionRouter,
  guardedStore,
  memoryStore,
  savedPaymentMethods,
  stripeCspDirectives,
  createCustomerSessionSource,
  toElementsOptions,
  mountEmbed,
  postgresStore,
  redisStore,
  CustomerSessionElements,
  useCustomerSession,
  browserHeaders,
  customerStoreContract,
  startStripeEmulator,
};
const error = await fetchCustomerSession('http://127.0.0.1:9/').catch((caught) => caught);

process.stdout.write(
  JSON.stringify({
    kinds: Object.values(imported).map((exported) => typeof exported),
    isOwnError: error instanceof CustomerSessionError,
    code: error.code,
  }),
);
