const { HttpsProxyAgent } = require(process.env.WORLD_PACKAGE);
const library = require('express-stripe-customer-session');
const { key, serve, target } = require('./serve.cjs');

const httpAgent = new HttpsProxyAgent(process.env.WORLD_PROXY, { keepAlive: true });
serve(library, library.createStripe(key(), { ...target(), httpAgent }));
