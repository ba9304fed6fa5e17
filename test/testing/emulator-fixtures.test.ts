import { describeWith } from './openapi.js';
import { clientOf, closeEmulators, start } from './started.js';

/** The path of every member of an object, at every depth. */
function members(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, child]) => members(child, `${path}.${name}`));
}

function sorted(names: string[]): string[] {
  return names.toSorted((a, b) => a.localeCompare(b));
}

describeWith('fixtures.json', "Stripe's fixtures", (text) => {
  const { resources }: { resources: Record<string, Record<string, unknown>> } = JSON.parse(text);
  afterEach(closeEmulators);

  test('a session has the members of theirs, everywhere', async () => {
    const emulator = await start();
    const { id: customer } = emulator.addCustomer();
    const session = await clientOf(emulator).customerSessions.create({
      customer,
      components: {
        payment_element: { enabled: true },
        customer_sheet: { enabled: true },
        mobile_payment_element: { enabled: true },
      },
    });
    expect(sorted(members(session))).toEqual(sorted(members(resources.customer_session)));
  });

  test('a customer has the members of theirs', async () => {
    const emulator = await start();
    const customer = await clientOf(emulator).customers.create();
    // Theirs is from before customers could stand behind an account.
    const { customer_account: account, ...rest } = customer;
    expect(account).toBeNull();
    expect(sorted(Object.keys(rest))).toEqual(sorted(Object.keys(resources.customer ?? {})));
  });

  test('a deleted customer is theirs but for the id', async () => {
    const emulator = await start();
    const { id } = emulator.addCustomer();
    const deleted = await clientOf(emulator).customers.del(id);
    expect({ ...deleted }).toEqual({ ...resources.deleted_customer, id });
  });
});
