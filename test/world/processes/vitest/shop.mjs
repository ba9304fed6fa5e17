// An app's module, with a client of its own.
import * as library from 'express-stripe-customer-session';
import Stripe from 'stripe';
import { shop } from '../serve.cjs';

export const app = shop(library, new Stripe('sk_test_vitest'));
