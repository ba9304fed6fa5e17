const { aSession } = require('./a-session.cjs');

test('a session, in a host’s own test', async () => {
  expect(await aSession()).toEqual({ status: 200, members: ['client_secret', 'expires_at'] });
});
