import { memoryStore } from '../../src/customers/store.js';
import { customerStoreContract } from '../../src/testing/store-contract.js';

customerStoreContract('memory', memoryStore);

it('D10 the memory store says why it gives a customer to one user alone', async () => {
  const store = memoryStore();
  await store.claim('test', 'ada', 'cus_1');
  expect(() => store.claim('test', 'bob', 'cus_1')).toThrow(
    'Another user of this scope holds this customer, and a customer belongs to one user: two would see the same saved ' +
      'payment methods. Nothing was changed.',
  );
});
