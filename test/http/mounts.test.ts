import { type Express, type RequestHandler, Router } from 'express';
import { createStripe, customerSessionRouter, savedPaymentMethods } from '../../src/index.js';
import { call, expectProblem, fromBrowser } from '../support/call.js';
import { ADA, startHost, type TestHost } from '../support/host.js';

let host: TestHost | undefined;
const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  jest.spyOn(process, 'emitWarning').mockImplementation((text) => {
    warnings.push(String(text));
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await host?.close();
});

type Mount = (app: Express, router: Router) => void;

// An earlier handler for everything leaves its route on the request.
const greedy: RequestHandler = (_req, _res, next) => next();
const everything =
  'lazyrouter' in jest.requireActual<typeof import('express')>('express').application ? '*' : '/{*any}';

async function startWith(mount: Mount): Promise<TestHost> {
  const apps: Express[] = [];
  const started = await startHost({
    path: '/unused',
    prepare: (app) => {
      apps.push(app);
      app.all(everything, greedy);
    },
  });
  const router = customerSessionRouter({
    authenticate: (req) => (req.get('x-user') === 'ada' ? { customer: ADA } : null),
    resolveCustomer: (user) => user.customer,
    components: savedPaymentMethods({ save: 'on_session' }),
    stripe: createStripe(started.emulator.secretKey, started.emulator.stripeConfig),
  });
  for (const app of apps) mount(app, router);
  host = started;
  return started;
}

describe.each<[name: string, mount: Mount]>([
  ['app.use(path, router)', (app, router) => app.use('/session', router)],
  ['app.post(path, router)', (app, router) => app.post('/session', router)],
  ['app.all(path, router)', (app, router) => app.all('/session', router)],
  ['app.route(path).post(router)', (app, router) => app.route('/session').post(router)],
  ['a router in a router', (app, router) => app.use('/', Router().use('/session', Router().use(router)))],
  ['app.post(path, middleware, router)', (app, router) => app.post('/session', greedy, router)],
])('mounted by %s', (_name, mount) => {
  it('answers its path, query aside', async () => {
    const app = await startWith(mount);
    for (const path of ['/session', '/session?customer=cus_Mallory']) {
      const answer = await call(app, { path, headers: fromBrowser(app) });
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    }
    const stranger = await call(app, { path: '/session', headers: fromBrowser(app, { 'x-user': 'x' }) });
    expectProblem(stranger, 401, 'unauthenticated');
    expect(warnings).toEqual([]);
  });

  it('leaves sub-paths and other paths to the host, untouched', async () => {
    const app = await startWith(mount);
    for (const path of ['/session/other', '/elsewhere', '/']) {
      const answer = await call(app, { path, headers: fromBrowser(app) });
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      expect(answer.headers['cache-control']).toBeUndefined();
    }
    expect(warnings).toEqual([]);
  });
});

it.each<[name: string, mount: Mount]>([
  ['without a path', (app, router) => app.use(router)],
  ['in a wrapper', (app, router) => app.post('/session', (req, res, next) => router(req, res, next))],
  [
    'in a wrapper of a sub-router',
    (app, router) =>
      app.use(
        '/api',
        Router().post('/session', (req, res, next) => router(req, res, next)),
      ),
  ],
])('mounted %s, it says once what to write', async (_name, mount) => {
  const app = await startWith(mount);
  for (const path of ['/session', '/session', '/api/session']) {
    await call(app, { path, headers: fromBrowser(app) });
  }
  expect(warnings).toEqual([expect.stringContaining("app.use('/customer-session', customerSessionRouter(")]);
});
