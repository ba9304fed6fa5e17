import { inspect } from 'node:util';
import { CustomerSession } from '../../src/core/customer-session.js';

const session = new CustomerSession({
  clientSecret: 'cuss_secret_canary',
  expiresAt: 1_800_000_000,
  customer: 'acct_1',
  customerId: 'cus_1',
});

it('an issued session tells its secret, its end and whose it is to who asks for them', () => {
  expect(session.clientSecret).toBe('cuss_secret_canary');
  expect(session.expiresAt).toEqual(new Date('2027-01-15T08:00:00Z'));
  expect(session.customer).toBe('acct_1');
  expect(session.toAnswer()).toEqual({ client_secret: 'cuss_secret_canary', expires_at: 1_800_000_000 });
});

it('an issued session is a mask in logs and in JSON', () => {
  expect(inspect({ session })).toBe('{ session: [CustomerSession] }');
  expect(JSON.stringify({ session })).toBe('{"session":"[CustomerSession]"}');
});
