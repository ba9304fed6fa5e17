const { fetch, MockAgent, setGlobalDispatcher } = require('undici');
const library = require('express-stripe-customer-session');
const { key, serve, target } = require('./serve.cjs');

const agent = new MockAgent();
agent.disableNetConnect();
agent.get('https://another.example').intercept({ path: '/' }).reply(200, 'mocked');
setGlobalDispatcher(agent);

serve(library, library.createStripe(key(), target()), async () => ({
  mocksAnother: (await fetch('https://another.example/')).status === 200,
}));
