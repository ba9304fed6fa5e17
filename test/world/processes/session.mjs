import * as library from 'express-stripe-customer-session';
import { key, serve, target } from './serve.cjs';

serve(library, library.createStripe(key(), target()));
