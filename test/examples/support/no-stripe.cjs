// A machine from which Stripe's name cannot be found, whatever network the tests have.
const dns = require('node:dns');

const { lookup } = dns;
dns.lookup = (hostname, ...rest) => {
  if (hostname !== 'api.stripe.com') return lookup(hostname, ...rest);
  process.nextTick(rest.at(-1), Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
};
