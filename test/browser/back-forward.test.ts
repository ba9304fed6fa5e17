import { problem, session } from '../client/support/session-server.js';
import { until } from '../support/until.js';
import { describeInChromium, openPermissiveProfile, type Profile } from './support/chromium.js';
import { PREPARE_MS, prepareLab } from './support/lab.js';
import { RESOLVE_LOCALLY } from './support/sites.js';
import { startThereAndBack, type ThereAndBack } from './support/there-and-back.js';

const FIRST = 'cuss_secret_fake_first';
const SECOND = 'cuss_secret_fake_second';

describeInChromium('the back-forward cache of Chromium', () => {
  let profile: Profile;
  let sites: ThereAndBack;

  beforeAll(async () => {
    prepareLab();
    profile = await openPermissiveProfile(RESOLVE_LOCALLY);
  }, PREPARE_MS);

  afterAll(() => profile.close());

  beforeEach(async () => {
    sites = await startThereAndBack();
    sites.answer(session({ secret: FIRST }));
    const page = await profile.context.newPage();
    await page.goto(sites.there);
    await until(() => sites.told.length === 1);
    expect(sites.told[0]?.state).toEqual({ status: 'ready', secret: FIRST, typed: 'Ada Lov' });
  });

  afterEach(() => sites.close());

  test('a page that comes back asks anew; what was typed stays', async () => {
    sites.answer(session({ secret: SECOND }));
    sites.goBack();
    await until(() => sites.told.length === 2);
    expect(sites.told[1]).toMatchObject({
      persisted: true,
      atOnce: { status: 'loading', secret: null, typed: 'Ada Lov' },
      state: { status: 'ready', secret: SECOND, typed: 'Ada Lov' },
    });
    expect(
      sites.told[1]?.calls.map(({ name, options }) => [name, options.customerSessionClientSecret]),
    ).toEqual([
      ['elements', FIRST],
      ['update', SECOND],
    ]);
    expect(sites.requests()).toBe(2);
  });

  test('a sign-out that it could not hear of leaves it nothing', async () => {
    // An open channel would have had the page thrown out of the cache by this message.
    const other = await profile.context.newPage();
    await other.goto(sites.lab);
    await other.evaluate('lab.source().invalidate()');
    sites.answer(problem(401, 'unauthenticated'));
    sites.goBack();
    await until(() => sites.told.length === 2);
    expect(sites.told[1]).toMatchObject({
      persisted: true,
      atOnce: { status: 'loading', secret: null },
      state: { status: 'idle', secret: null, typed: '' },
    });
    // The former user's form went with his cards.
    expect(
      sites.told[1]?.calls.map(({ name, options }) => [name, options.customerSessionClientSecret]),
    ).toEqual([
      ['elements', FIRST],
      ['elements', undefined],
    ]);
  });
});
