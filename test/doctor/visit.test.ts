import type { Reply } from '../../src/doctor/answers.js';
import { type Answer, Asker, type Asking, type Silence } from '../../src/doctor/ask.js';
import { type Visit, Visitor } from '../../src/doctor/visit.js';
import { answer, crossOrigin, refusal, session, unauthenticated } from './support/visits.js';

const SHOP = 'https://shop.example';
const OWN = { origin: SHOP, 'sec-fetch-site': 'same-origin' };
const FOREIGN = { origin: 'https://doctor.example', 'sec-fetch-site': 'cross-site' };
const SIGNED_IN = { cookie: 'sid=ada' };

type Answering = (asking: Asking, url: URL) => Answer | Silence;

/** Answers in place of an app, and keeps what was asked: the method, where, and the headers by name. */
class Recorder extends Asker {
  readonly asked: Array<[method: string, url: string, headers?: Asking['headers']]> = [];
  readonly #answering: Answering;

  constructor(answering: Answering) {
    super({});
    this.#answering = answering;
  }

  override async ask(url: URL, asking: Asking): Promise<Answer | Silence> {
    const { method, headers } = asking;
    this.asked.push(headers === undefined ? [method, url.href] : [method, url.href, headers]);
    return this.#answering(asking, url);
  }
}

async function visitWith(
  answering: Answering,
  { url = `${SHOP}/customer-session`, headers = {} }: { url?: string; headers?: Record<string, string> } = {},
): Promise<{ visit: Visit; asked: Recorder['asked']; said: string[] }> {
  const recorder = new Recorder(answering);
  const said: string[] = [];
  const visit = await new Visitor(recorder, new URL(url)).visit(headers, (line) => said.push(line));
  return { visit, asked: recorder.asked, said };
}

const refuse: Answering = ({ method, headers }) => {
  if (method === 'GET') return refusal(405, 'method_not_allowed');
  if (method === 'OPTIONS') return answer(404);
  if (headers?.['sec-fetch-site'] !== 'same-origin') return crossOrigin;
  return headers.cookie === undefined ? unauthenticated : session();
};

describe('what the doctor asks of a route', () => {
  it('signed out: three times as a page of its own, then in each other way', async () => {
    const { visit, asked, said } = await visitWith(refuse);
    const route = `${SHOP}/customer-session`;
    expect(asked).toEqual([
      ['POST', route, expect.objectContaining(OWN)],
      ['POST', route, expect.objectContaining(OWN)],
      ['POST', route, expect.objectContaining(OWN)],
      ['GET', route],
      ['OPTIONS', route, { origin: FOREIGN.origin, 'access-control-request-method': 'POST' }],
      ['POST', route, expect.objectContaining(FOREIGN)],
      ['POST', route, {}],
      ['POST', 'http://shop.example/customer-session', { 'sec-fetch-site': 'same-origin' }],
    ]);
    expect(visit).toEqual({
      url: new URL(route),
      signedOut: [unauthenticated, unauthenticated, unauthenticated],
      get: refusal(405, 'method_not_allowed'),
      preflight: answer(404),
      foreign: crossOrigin,
      bare: crossOrigin,
      plain: unauthenticated,
      elsewhere: [],
      signedIn: undefined,
    });
    expect(said).toEqual(['Asking the route as a signed-out browser …']);
  });

  it('signed in: once as a page of another site, then twice as one of its own', async () => {
    const { visit, asked, said } = await visitWith(refuse, { headers: SIGNED_IN });
    expect(asked.slice(8).map(([method, , headers]) => [method, headers])).toEqual([
      ['POST', expect.objectContaining({ ...FOREIGN, ...SIGNED_IN })],
      ['POST', expect.objectContaining({ ...OWN, ...SIGNED_IN })],
      ['POST', expect.objectContaining({ ...OWN, ...SIGNED_IN })],
    ]);
    expect(visit.signedIn?.foreign).toBe(crossOrigin);
    expect(visit.signedIn?.own).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(said).toEqual([
      'Asking the route as a signed-out browser …',
      'Asking the route as the signed-in user …',
    ]);
  });

  it('nothing more where no answer came, and says so', async () => {
    const silent = { silence: 'ECONNREFUSED' };
    const { visit, asked } = await visitWith(() => silent, { headers: SIGNED_IN });
    expect(asked).toHaveLength(1);
    expect(visit).toEqual({
      url: new URL(`${SHOP}/customer-session`),
      signedOut: [silent],
      get: undefined,
      preflight: undefined,
      foreign: undefined,
      bare: undefined,
      plain: undefined,
      elsewhere: [],
      signedIn: undefined,
    });
  });

  it('no plain http of an address that is http', async () => {
    const { visit, asked } = await visitWith(refuse, { url: 'http://localhost:3000/customer-session' });
    expect(visit.plain).toBeUndefined();
    expect(asked).toHaveLength(7);
  });

  it.each<[string, Reply]>([
    ['ours', session()],
    ['in another form', answer(201, { body: { secret: 'cuss' } })],
  ])('for two sessions at most, also signed out: %s', async (_, given) => {
    const { visit, asked } = await visitWith(() => given as Answer, { headers: SIGNED_IN });
    expect(asked.filter(([method]) => method === 'POST')).toHaveLength(2);
    expect(visit).toMatchObject({
      signedOut: [given, given, undefined],
      foreign: undefined,
      bare: undefined,
    });
    expect(visit.signedIn).toEqual({ foreign: undefined, own: [undefined, undefined] });
  });
});

describe('where the doctor looks for a router that does not answer at the address', () => {
  async function looksFrom(address: string, answersAt: readonly string[] = []) {
    const { visit, asked } = await visitWith(
      ({ method }, { pathname }) =>
        method === 'GET' && answersAt.includes(pathname)
          ? refusal(405, 'method_not_allowed')
          : answer(404, { body: '<html>' }),
      { url: `${SHOP}${address}` },
    );
    const looked = asked.filter(([method]) => method === 'GET').slice(1);
    return { looked: looked.map(([, url]) => url.slice(SHOP.length)), found: visit.elsewhere };
  }

  it.each([
    ['/pay', ['/pay/pay', '/customer-session', '/api/customer-session']],
    ['/pay/secret', ['/pay/pay/secret', '/secret', '/customer-session', '/api/customer-session']],
    ['/', ['/customer-session', '/api/customer-session']],
    ['/customer-session', ['/customer-session/customer-session', '/api/customer-session']],
    ['//odd', ['/customer-session', '/api/customer-session']],
  ])('from %s', async (address, expected) => {
    expect((await looksFrom(address)).looked).toEqual(expected);
  });

  it('names each that it finds, without what may be a token', async () => {
    const { found } = await looksFrom('/pay/secret?token=canary', ['/secret', '/api/customer-session']);
    expect(found).toEqual([`${SHOP}/secret`, `${SHOP}/api/customer-session`]);
  });

  it('looks nowhere else where the router answers', async () => {
    const { asked } = await visitWith(refuse);
    expect(asked.filter(([method]) => method === 'GET')).toHaveLength(1);
  });
});
