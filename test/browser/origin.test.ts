import type { Page } from 'playwright-core';
import { until } from '../support/until.js';
import { describeInChromium, openPermissiveProfile, type Profile } from './support/chromium.js';
import { RESOLVE_LOCALLY, type Sites, startSites } from './support/sites.js';

type Where = 'shop' | 'sibling' | 'evil' | 'plain';

// Each posts from the page to `url` and gives what the page could read: status and body, or that it could not.
const HOW = {
  fetch: (url: string) => read(`fetch('${url}', { method: 'POST', credentials: 'include' })`),
  'fetch in mode same-origin': (url: string) =>
    read(`fetch('${url}', { method: 'POST', mode: 'same-origin' })`),
  'fetch with keepalive': (url: string) =>
    read(`fetch('${url}', { method: 'POST', credentials: 'include', keepalive: true })`),
  'fetch in mode no-cors': (url: string) =>
    read(`fetch('${url}', { method: 'POST', mode: 'no-cors', credentials: 'include' })`),
  XMLHttpRequest: (url: string) => `new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.withCredentials = true;
    request.onload = () => resolve(request.status + ' ' + request.responseText);
    request.onerror = () => resolve('failed');
    request.open('POST', '${url}');
    request.send();
  })`,
  worker: (url: string) => `new Promise((resolve) => {
    const worker = new Worker('/worker.js');
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage('${url}');
  })`,
  beacon: (url: string) => `navigator.sendBeacon('${url}') ? 'sent' : 'failed'`,
  'form POST': (url: string) => `(() => {
    const form = document.createElement('form');
    form.method = 'POST';
    form.action = '${url}';
    document.body.append(form);
    form.submit();
    return 'sent';
  })()`,
  'form POST into a frame': (url: string) => `(() => {
    document.body.innerHTML = '<iframe name="inner"></iframe><form method="POST" target="inner" action="${url}"></form>';
    document.forms[0].submit();
    return 'sent';
  })()`,
  iframe: (url: string) => frame(url, ''),
  'sandboxed iframe': (url: string) => frame(url, 'sandbox="allow-scripts"'),
} as const;

function read(call: string): string {
  return `${call}.then(async (response) => response.status + ' ' + (await response.text()), () => 'failed')`;
}

function frame(url: string, attributes: string): string {
  return `new Promise((resolve) => {
    onmessage = ({ data }) => resolve(data);
    document.body.innerHTML = '<iframe ${attributes} src="/frame?url=${encodeURIComponent(url)}"></iframe>';
  })`;
}

describeInChromium('where the secret arrives (H3, H4), with a cookie that travels everywhere', () => {
  let sites: Sites;
  let profile: Profile;
  let page: Page;

  beforeAll(async () => {
    sites = await startSites();
    profile = await openPermissiveProfile(RESOLVE_LOCALLY);
    await profile.context.addCookies(
      ['shop.example', 'cors.example'].map((domain) => ({
        name: 'user',
        value: 'ada',
        domain,
        path: '/',
        secure: true,
        sameSite: 'None' as const,
      })),
    );
  });

  afterAll(async () => {
    await profile.close();
    await sites.close();
  });

  beforeEach(async () => {
    page = await profile.context.newPage();
    sites.events.length = 0;
  });

  afterEach(() => page.close());

  const urlOf = (where: Where | 'cors', path = '/') =>
    ({
      shop: `https://shop.example:${sites.tls}${path}`,
      sibling: `https://sibling.shop.example:${sites.tls}${path}`,
      evil: `https://evil.example:${sites.tls}${path}`,
      cors: `https://cors.example:${sites.tls}${path}`,
      plain: `http://shop.example:${sites.plain}${path}`,
    })[where];

  async function post(how: keyof typeof HOW, from: Where, url: string): Promise<string> {
    await page.goto(urlOf(from));
    const made = sites.emulator.sessions.length;
    const answer = await page.evaluate<string>(HOW[how](url));
    await until(() => sites.events.length > 0);
    const [event] = sites.events;
    expect(sites.events).toHaveLength(1);
    // A refusal made no session at Stripe either.
    expect(sites.emulator.sessions.length - made).toBe(event?.outcome === 'issued' ? 1 : 0);
    return `${event?.outcome} | ${answer.replace(/"cuss_secret\w*"/, 'SECRET').replace(/\{.*?(SECRET|"code":"\w+").*/s, '$1')}`;
  }

  test('the cookie travels from every site: no refusal is a missing cookie', async () => {
    for (const from of ['shop', 'sibling', 'evil'] as const) {
      await page.goto(urlOf(from));
      expect(await page.evaluate(HOW.fetch(urlOf('shop', '/whoami')))).toBe('200 user=ada');
    }
  });

  const arrives: (keyof typeof HOW)[] = [
    'fetch',
    'fetch in mode same-origin',
    'fetch with keepalive',
    'XMLHttpRequest',
    'worker',
    'iframe',
  ];

  test.each(arrives)('from the shop itself by %s: the secret arrives', async (how) => {
    expect(await post(how, 'shop', urlOf('shop', '/customer-session'))).toBe('issued | 200 SECRET');
  });

  test.each<[keyof typeof HOW, string]>([
    ['fetch in mode no-cors', 'cross_origin | 403 "code":"cross_origin"'],
    ['beacon', 'cross_origin | sent'],
    ['form POST', 'cross_origin | sent'],
    ['form POST into a frame', 'cross_origin | sent'],
    ['sandboxed iframe', 'cross_origin | failed'],
  ])('from the shop itself by %s: refused', async (how, expected) => {
    expect(await post(how, 'shop', urlOf('shop', '/customer-session'))).toBe(expected);
  });

  const elsewhere = (['sibling', 'evil'] as const).flatMap((from) =>
    (Object.keys(HOW) as (keyof typeof HOW)[])
      // Fetch refuses this one before anything is sent.
      .filter((how) => how !== 'fetch in mode same-origin')
      .map((how) => [from, how] as const),
  );

  test.each(elsewhere)('from %s by %s: refused, and nothing can be read', async (from, how) => {
    const got = await post(how, from, urlOf('shop', '/customer-session'));
    expect(got).toMatch(/^cross_origin \| (failed|sent|0 )$/);
  });

  test.each(elsewhere)(
    'from %s by %s to a host that lets every origin in: refused all the same',
    async (from, how) => {
      const got = await post(how, from, urlOf('cors', '/customer-session'));
      expect(got).toMatch(/^cross_origin \| (failed|sent|0 |403 "code":"cross_origin")$/);
      expect(got).not.toContain('SECRET');
    },
  );

  test.each(['shop', 'evil'] as const)(
    'from %s through a redirect of another site: refused',
    async (from) => {
      const target = urlOf('shop', '/customer-session');
      const got = await post('fetch', from, urlOf('evil', `/redirect?to=${encodeURIComponent(target)}`));
      expect(got).toBe('cross_origin | failed');
    },
  );

  test('from a page on plain http: refused, to its own door and to the one with TLS', async () => {
    expect(await post('fetch', 'plain', urlOf('plain', '/customer-session'))).toBe(
      'tls_required | 403 "code":"tls_required"',
    );
    sites.events.length = 0;
    expect(await post('fetch', 'plain', urlOf('shop', '/customer-session'))).toMatch(
      /^tls_required \| failed$/,
    );
  });

  test('after a reload: another secret', async () => {
    const ask = () => page.evaluate<string>(HOW.fetch(urlOf('shop', '/customer-session')));
    await page.goto(urlOf('shop'));
    const answers = [await ask()];
    await page.reload();
    answers.push(await ask());
    expect(new Set(answers).size).toBe(2);
    expect(answers.every((answer) => answer.startsWith('200 {"client_secret"'))).toBe(true);
  });

  test('after coming back from the back-forward cache: another secret', async () => {
    await page.goto(urlOf('shop', '/there'));
    await until(() => sites.told.length === 2);
    expect(sites.told.map(({ persisted }) => persisted)).toEqual([false, true]);
    const secrets = sites.told.map(({ client_secret }) => client_secret);
    expect(secrets.every((secret) => secret.startsWith('cuss_secret_'))).toBe(true);
    expect(new Set(secrets).size).toBe(2);
  });

  test('typed into the address bar: 405, and nothing in the history to come back to', async () => {
    const response = await page.goto(urlOf('shop', '/customer-session'));
    expect(response?.status()).toBe(405);
    expect(sites.events.map((event) => event.outcome)).toEqual(['method_not_allowed']);
  });
});
