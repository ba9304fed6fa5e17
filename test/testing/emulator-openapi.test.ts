import fc from 'fast-check';
import { type StripeEmulator, startStripeEmulator } from '../../src/testing/index.js';
import { type ApiAnswer, type ApiRequest, callApi, type Param } from './api-client.js';
import { describeWith, type Schema, StripeDescription } from './openapi.js';
import { variants } from './variants.js';

const SESSIONS = 'POST /v1/customer_sessions';
const CUSTOMERS = 'POST /v1/customers';
// What the emulator has no caller for, or no objects to attach.
const UNSERVED = ['created', 'expand', 'payment_method', 'source', 'test_clock'];

/** What Stripe's prose says and its schema does not. */
function allowedByProse(components: Record<string, Component>): boolean {
  const all = Object.values(components);
  return (
    all.some(({ enabled }) => enabled) &&
    all.every(({ features = {} }) => {
      const { payment_method_redisplay_limit: limit = 1, payment_method_save: save } = features;
      const override = features.payment_method_save_allow_redisplay_override;
      return Number(limit) >= 1 && Number(limit) <= 10 && !(save === 'enabled' && override !== undefined);
    })
  );
}

type Component = { enabled: boolean; features?: Record<string, Param> };

describeWith('customer-sessions.openapi.json', "Stripe's OpenAPI description", (text) => {
  const description = new StripeDescription(text);
  const sessionSchema = description.request(SESSIONS);
  const componentSchemas = Object.entries(sessionSchema.properties?.components?.properties ?? {});
  const isSessionRequest = description.validator(sessionSchema);
  let emulator: StripeEmulator;
  let customer: string;

  beforeAll(async () => {
    emulator = await startStripeEmulator();
    customer = emulator.addCustomer({ email: 'ada@example.com' }).id;
  });
  afterAll(() => emulator.close());

  /** A request whose answer, good or bad, must be one that the description allows. */
  async function call(route: string, request?: ApiRequest & { path?: string }): Promise<ApiAnswer> {
    const answer = await callApi(emulator, request?.path ?? route, request);
    expect(description.faultsOf(route, answer.status, answer.body)).toEqual([]);
    return answer;
  }

  function createSession(components: Param, more: Record<string, Param> = {}): Promise<ApiAnswer> {
    return call(SESSIONS, { params: { customer, components, ...more } });
  }

  test('names seven components', () => {
    expect(componentSchemas).toHaveLength(7);
  });

  test.each(componentSchemas)(
    '%s takes and refuses exactly what the description does',
    async (name, schema) => {
      const seen = { accepted: 0, refused: 0 };
      for (const { value, good } of variants(schema)) {
        // Some other component is enabled, so that only this one decides.
        const other = name === 'buy_button' ? 'pricing_table' : 'buy_button';
        const components = { [name]: value, [other]: { enabled: true } };
        expect([value, isSessionRequest({ customer, components })]).toEqual([value, good]);
        const answer = await createSession(components);
        expect([value, answer.status, answer.body.error?.type]).toEqual(
          good ? [value, 200, undefined] : [value, 400, 'invalid_request_error'],
        );
        if (!good) expect(answer.body.error?.param).toMatch(`components[${name}]`);
        seen[good ? 'accepted' : 'refused'] += 1;
      }
      expect(seen.accepted).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    },
  );

  test('every feature is refused by name where its component does not have it', async () => {
    const features = new Map(
      componentSchemas.map(([name, schema]) => [name, schema.properties?.features?.properties]),
    );
    const names = new Set([...features.values()].flatMap((properties) => Object.keys(properties ?? {})));
    let refused = 0;
    for (const [component, own] of features) {
      for (const feature of names) {
        if (own?.[feature]) continue;
        const answer = await createSession({ [component]: { enabled: true, features: { [feature]: 'x' } } });
        const parent = `components[${component}][features]`;
        expect(answer.body.error).toMatchObject({
          code: 'parameter_unknown',
          param: own ? `${parent}[${feature}]` : parent,
        });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test('any mixture of components gets the verdict of the description and its prose', async () => {
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(anyComponents(componentSchemas), async (components) => {
        const fine = isSessionRequest({ customer, components }) && allowedByProse(components);
        const answer = await createSession(components);
        expect(answer.status).toBe(fine ? 200 : 400);
        seen[fine ? 'accepted' : 'refused'] += 1;
        if (fine) expect(answer.body.components).toMatchObject(echoOf(components));
      }),
      { numRuns: 400 },
    );
    expect(seen.accepted).toBeGreaterThan(20);
    expect(seen.refused).toBeGreaterThan(20);
  });

  test.each(Object.entries(description.request(CUSTOMERS).properties ?? {}))(
    'customers.create takes and refuses %s as the description does',
    async (name, schema) => {
      const isCustomer = description.validator(description.request(CUSTOMERS));
      for (const { value, good } of variants(schema)) {
        expect([value, isCustomer({ [name]: value })]).toEqual([value, good]);
        const { status } = await call(CUSTOMERS, { params: { [name]: value } });
        // Kinds of tax ids are many and new ones come with each release: the emulator takes any.
        const kind = isCustomer.errors?.every(({ keyword }) => keyword === 'enum');
        const expected = good || (name === 'tax_id_data' && kind) ? deviation(name, value) : 400;
        expect([value, status]).toEqual([value, expected]);
      }
    },
  );

  test.each(['GET /v1/customers', 'GET /v1/customers/{customer}', 'DELETE /v1/customers/{customer}'])(
    '%s knows no query parameter that the description does not',
    async (route) => {
      const path = route.replace('{customer}', customer);
      const known = description.queryNames(route);
      for (const name of [...known, 'unheard_of']) {
        const { body } = await call(route, { path, params: { [name]: '' } });
        const isKnown = known.includes(name) && !UNSERVED.includes(name);
        // DELETE takes none, so that the customer is still there after each.
        const unknown = { code: 'parameter_unknown', param: name };
        if (isKnown) expect(body.error).not.toMatchObject(unknown);
        else expect(body.error).toMatchObject(unknown);
      }
    },
  );

  test('answers of every route fit the description', async () => {
    const path = `/v1/customers/${customer}`;
    const answers = [
      await createSession({ payment_element: { enabled: true } }),
      await call('GET /v1/customers'),
      await call('GET /v1/customers/{customer}', { path: `GET ${path}` }),
      await call('GET /v1/customers/{customer}', { path: 'GET /v1/customers/cus_none' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
    const { id } = emulator.addCustomer();
    const gone = await call('DELETE /v1/customers/{customer}', { path: `DELETE /v1/customers/${id}` });
    const found = await call('GET /v1/customers/{customer}', { path: `GET /v1/customers/${id}` });
    expect([gone.body, found.body]).toEqual([found.body, { id, object: 'customer', deleted: true }]);
  });
});

/** Where the emulator is stricter than the schema: what it does not serve, and e-mail must look like one. */
function deviation(name: string, value: Param): number {
  const attached =
    name === 'invoice_settings' && typeof value === 'object' && 'default_payment_method' in value;
  const email = name === 'email' && value !== '';
  return UNSERVED.includes(name) || attached || email ? 400 : 200;
}

function echoOf(components: Record<string, Component>): object {
  return Object.fromEntries(
    Object.entries(components).map(([name, { enabled, features }]) => [
      name,
      { enabled, ...(enabled && features ? { features } : {}) },
    ]),
  );
}

function anyComponents(schemas: [string, Schema][]): fc.Arbitrary<Record<string, Component>> {
  return someOf(schemas.map(([name, schema]) => [name, anyComponent(schema)]));
}

/** A record with at least one of these members. */
function someOf<Value>(members: [string, fc.Arbitrary<Value>][]): fc.Arbitrary<Record<string, Value>> {
  const entries = members.map(([name, value]) => fc.tuple(fc.constant(name), value));
  const some = fc.uniqueArray(fc.oneof(...entries), { minLength: 1, selector: ([name]) => name });
  return some.map((chosen) => Object.fromEntries(chosen));
}

function anyComponent(schema: Schema): fc.Arbitrary<Component> {
  const features = Object.entries(schema.properties?.features?.properties ?? {});
  const enabled = fc.boolean();
  if (features.length === 0) return fc.record({ enabled });
  const some = someOf(features.map(([name, feature]) => [name, anyValue(feature)]));
  return fc.oneof(fc.record({ enabled }), fc.record({ enabled, features: some }));
}

// Mostly right, now and then wrong.
function anyValue(schema: Schema): fc.Arbitrary<Param> {
  if (schema.type === 'integer') return fc.integer({ min: 0, max: 11 });
  if (schema.type === 'array' && schema.items)
    return fc.array(anyValue(schema.items), { minLength: 1, maxLength: 3 });
  const right = fc.constantFrom(...(schema.enum ?? []).map(String));
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: fc.constant('sometimes') });
}
