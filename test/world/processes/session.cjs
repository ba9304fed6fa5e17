const library = require('express-stripe-customer-session');
const { key, serve, target } = require('./serve.cjs');

serve(library, library.createStripe(key(), target()));
