import { callApi } from './api-client.js';
import { clientOf, closeEmulators, start } from './started.js';

afterEach(closeEmulators);

describe('lists', () => {
  test('page through all customers of the account, newest first, without the deleted', async () => {
    const emulator = await start();
    const stripe = clientOf(emulator);
    const ids = Array.from({ length: 25 }, () => emulator.addCustomer().id).toReversed();
    emulator.addCustomer({ account: 'acct_shop' });
    emulator.deleteCustomer(emulator.addCustomer().id);
    const seen: string[] = [];
    for await (const { id } of stripe.customers.list({ limit: 7 })) seen.push(id);
    expect(seen).toEqual(ids);
    const first = await stripe.customers.list();
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
    expect(first.data).toHaveLength(10);
    const back = await stripe.customers.list({ ending_before: ids[5] ?? '', limit: 2 });
    expect([back.data.map(({ id }) => id), back.has_more]).toEqual([ids.slice(3, 5), true]);
  });

  test('filter by e-mail and by time', async () => {
    let now = Date.UTC(2026, 0, 1);
    const emulator = await start({ now: () => now });
    const stripe = clientOf(emulator);
    const old = emulator.addCustomer({ email: 'ada@example.com' }).id;
    now += 10_000;
    const young = emulator.addCustomer({ email: 'ADA@example.com' }).id;
    const idsOf = async (params: Parameters<typeof stripe.customers.list>[0]) =>
      (await stripe.customers.list(params)).data.map(({ id }) => id);
    const created = now / 1000;
    expect(await idsOf({ email: 'ada@example.com' })).toEqual([old]);
    expect(await idsOf({ created })).toEqual([young]);
    expect(await idsOf({ created: { gte: created } })).toEqual([young]);
    expect(await idsOf({ created: { gt: created } })).toEqual([]);
    expect(await idsOf({ created: { lt: created } })).toEqual([old]);
    expect(await idsOf({ created: { lte: created } })).toEqual([young, old]);
  });

  test.each([
    { limit: 0 },
    { limit: 101 },
    { created: 'today' },
    { created: { before: 5 } },
    { starting_after: 'cus_unknown' },
    { starting_after: 'cus_a', ending_before: 'cus_b' },
    { test_clock: 'clock_1' },
  ])('refuse %j', async (params) => {
    const emulator = await start();
    const { status, body } = await callApi(emulator, 'GET /v1/customers', { params });
    expect([status, body.error?.type]).toEqual([400, 'invalid_request_error']);
  });
});

describe('search', () => {
  test.each<[string, string[]]>([
    ['email:"ada@example.com"', ['ada']],
    ['email:"ADA@EXAMPLE.COM"', ['ada']],
    ['email~"@example"', ['carl', 'bob', 'ada']],
    ['-email~"ada"', ['dora', 'carl', 'bob']],
    ['name:"Bob \\"B\\" Bobson"', ['bob']],
    ['metadata["user"]:"3"', ['carl']],
    ['metadata["user"]:null', ['dora', 'bob']],
    ['-metadata["user"]:null AND email~"example"', ['carl', 'ada']],
    ['email:"ada@example.com" OR metadata["user"]:"3"', ['carl', 'ada']],
    ['email:null', ['dora']],
    ['metadata["constructor"]:null', ['dora', 'carl', 'bob', 'ada']],
    ['created>1 created<99999999999', ['dora', 'carl', 'bob', 'ada']],
    ['created<=1 OR created>=99999999999', []],
  ])('finds by %s', async (query, expected) => {
    const emulator = await start();
    emulator.addCustomer({ id: 'cus_ada', email: 'ada@example.com', metadata: { user: '1' } });
    emulator.addCustomer({ id: 'cus_bob', email: 'bob@example.com', name: 'Bob "B" Bobson' });
    emulator.addCustomer({ id: 'cus_carl', email: 'carl@example.com', metadata: { user: '3' } });
    emulator.addCustomer({ id: 'cus_dora' });
    const { data } = await clientOf(emulator).customers.search({ query });
    expect(data.map(({ id }) => id)).toEqual(expected.map((name) => `cus_${name}`));
  });

  test('pages', async () => {
    const emulator = await start();
    const ids = Array.from({ length: 5 }, () => emulator.addCustomer({ name: 'Ada' }).id).toReversed();
    const seen: string[] = [];
    for await (const { id } of clientOf(emulator).customers.search({ query: 'name:"Ada"', limit: 2 })) {
      seen.push(id);
    }
    expect(seen).toEqual(ids);
  });

  test.each([
    '',
    'ada@example.com',
    'shoe:"43"',
    'email="ada"',
    'email:"ada',
    'email:"a"name:"b"',
    'email:"a" AND',
    'email:"a" AND name:"b" OR name:"c"',
    'email>"a"',
    'created:"today"',
    'created~5',
    'metadata["user"]~"1"',
    'email>null',
  ])('refuses %j', async (query) => {
    const emulator = await start();
    const { status, body } = await callApi(emulator, 'GET /v1/customers/search', { params: { query } });
    expect([status, body.error?.param]).toEqual([400, 'query']);
  });

  test('refuses a page that it did not give', async () => {
    const emulator = await start();
    const params = { query: 'name:"Ada"', page: 'next' };
    const { status, body } = await callApi(emulator, 'GET /v1/customers/search', { params });
    expect([status, body.error?.param]).toEqual([400, 'page']);
  });
});
