import {
  describeReply,
  isHtml,
  isLocal,
  mayHoldSession,
  problemCode,
  type Reply,
  redirectTarget,
  sessionOf,
} from '../../src/doctor/answers.js';
import type { Answer } from '../../src/doctor/ask.js';

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): Answer {
  return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) } as Answer;
}
function problem(code: string, type = 'application/problem+json'): Answer {
  const urn = `urn:express-stripe-customer-session:problem:${code}`;
  return answer(403, { type: urn, code: 'another' }, { 'content-type': type });
}
const SILENCE = { silence: 'ECONNREFUSED' } as Reply;
const WEB = { client_secret: 'cuss_secret_1', expires_at: 1_800_000_000 };
const MOBILE = { clientSecret: 'cuss_secret_1', expiresAt: 1_800_000_000 };

describe('what an answer says', () => {
  it.each<[string, Reply]>([
    ['nothing, since it was not asked', undefined],
    ['no answer (ECONNREFUSED)', SILENCE],
    ['403 cross_origin', problem('cross_origin')],
    ['403 cross_origin', problem('cross_origin', 'application/problem+json; charset=utf-8')],
    ['403', problem('cross_origin', 'application/json')],
    ['403', problem('cross_origin', 'x-application/problem+json')],
    ['403', problem('cross_origin', 'application/problem+jsonx')],
    ['403', problem('CROSS')],
    ['403', problem('')],
    ['403', problem('x'.repeat(41))],
    [`403 ${'x'.repeat(40)}`, problem('x'.repeat(40))],
    ['403', problem('cross_origin:more')],
    ['403', answer(403, 'not json', { 'content-type': 'application/problem+json' })],
    ['403', answer(403, '"text"', { 'content-type': 'application/problem+json' })],
    ['403', answer(403)],
    ['200 with a session', answer(200, WEB)],
    ['200 with a session', answer(200, MOBILE)],
    ['201', answer(201, WEB)],
    ['200', answer(200, { ...WEB, client_secret: 1 })],
    ['200', answer(200, { ...WEB, expires_at: '1' })],
    ['404 with a page (HTML)', answer(404, '', { 'content-type': 'text/html; charset=utf-8' })],
    ['404 with a page (HTML)', answer(404, ' <!DOCTYPE html><p>')],
    ['404 with a page (HTML)', answer(404, '<html>')],
    ['404', answer(404, 'so <html>')],
    ['404', answer(404, '', { 'content-type': 'text/xhtmlx' })],
  ])('%s', (said, reply) => {
    expect(describeReply(reply)).toBe(said);
  });

  it('a session in either format, with its end in ms', () => {
    for (const body of [WEB, MOBILE]) {
      expect(sessionOf(answer(200, body))).toEqual({
        secret: 'cuss_secret_1',
        expiresAtMs: 1_800_000_000_000,
      });
    }
    expect([sessionOf(undefined), sessionOf(SILENCE), sessionOf(answer(200))]).toEqual(
      Array(3).fill(undefined),
    );
  });

  it.each<[boolean, Reply]>([
    [true, answer(200, {})],
    [true, answer(299, [])],
    [false, answer(199, {})],
    [false, answer(300, {})],
    [false, answer(200, '1')],
    [false, answer(200, 'null')],
    [false, answer(200, 'cuss_')],
    [false, SILENCE],
    [false, undefined],
  ])('may have cost a session: %s, %j', (may, reply) => {
    expect(mayHoldSession(reply)).toBe(may);
  });

  it('no code of a reply that is none', () => {
    expect([problemCode(undefined), problemCode(SILENCE), isHtml(answer(200))]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });
});

describe('a redirect', () => {
  const FROM = new URL('https://shop.example/customer-session?x=1');
  it.each<[string | undefined, number, string | undefined]>([
    ['https://shop.example/sign-in', 302, '/sign-in?next=secret#part'],
    ['https://other.example/', 300, 'https://other.example'],
    ['https://shop.example/here', 399, 'here'],
    [undefined, 299, '/sign-in'],
    [undefined, 400, '/sign-in'],
    [undefined, 302, undefined],
    [undefined, 302, 'http://['],
  ])('leads to %s: %i, %s', (target, status, location) => {
    const headers: Record<string, string> = location === undefined ? {} : { location };
    expect(redirectTarget(answer(status, '', headers), FROM)?.href).toBe(target);
  });
});

it.each([
  [true, 'http://localhost:3000'],
  [true, 'http://shop.localhost'],
  [true, 'http://127.0.0.1'],
  [true, 'http://127.10.200.30'],
  [true, 'http://[::1]'],
  [false, 'http://localhost.example'],
  [false, 'http://mylocalhost'],
  [false, 'http://127.0.0.1.example'],
  [false, 'http://[::2]'],
])('is an address of this machine: %s, %s', (is, address) => {
  expect(isLocal(new URL(address))).toBe(is);
});
