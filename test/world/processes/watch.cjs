// Loaded before anything else into each process of a case. Names resolve to this machine alone, and every connection
// that the process opens is noted by Node.js itself, whatever was patched above it.
const { createHook } = require('node:async_hooks');
const dns = require('node:dns');

const connects = [];
const strayNames = [];

createHook({
  init(_id, type, _trigger, resource) {
    if (type === 'TCPCONNECTWRAP' || type === 'PIPECONNECTWRAP') connects.push(resource);
  },
}).enable();

const lookup = dns.lookup;
dns.lookup = function lookupHere(name, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  const settings = typeof options === 'object' && options !== null ? options : {};
  if (name === 'localhost' || name === '127.0.0.1') return lookup.call(dns, name, options, callback);
  if (name === 'api.stripe.com') {
    const address = '127.0.0.1';
    return process.nextTick(() =>
      settings.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4),
    );
  }
  strayNames.push(name);
  const error = Object.assign(new Error(`${name} is not resolved here`), { code: 'ENOTFOUND' });
  return process.nextTick(() => done(error));
};

// Ports, since every address is this machine's.
exports.connectedPorts = () => connects.map(({ port, address }) => Number(port) || String(address));
exports.strayNames = strayNames;
