import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { clientOf } from '../../src/core/client.js';

/** As much of an answer as tells whether somebody waits for it. */
function answerWith(given: { destroyed?: boolean; socket?: object | null }): Response & EventEmitter {
  return Object.assign(new EventEmitter(), { destroyed: false, ...given }) as never;
}

describe('H14 whether the caller is gone', () => {
  const OPEN = { destroyed: false, localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
  it.each<[string, boolean, Parameters<typeof answerWith>[0]]>([
    ['an open connection', false, { socket: OPEN }],
    ['a Unix socket, which has no addresses', false, { socket: { destroyed: false } }],
    [
      'a socket in its place without an end that is known',
      false,
      { socket: { ...OPEN, localAddress: undefined } },
    ],
    ['an answer that was destroyed', true, { destroyed: true, socket: OPEN }],
    ['an answer that has lost its connection', false, { socket: null }],
    ['a connection that was destroyed', true, { socket: { ...OPEN, destroyed: true } }],
    ['a connection that was reset', true, { socket: { ...OPEN, remoteAddress: undefined } }],
  ])('%s: %s', (_what, isGone, given) => {
    expect(clientOf(answerWith(given)).isGone()).toBe(isGone);
  });

  it('is told once, and not to who has stopped listening', () => {
    const res = answerWith({ socket: OPEN });
    const [heard, stopped] = [jest.fn(), jest.fn()];
    clientOf(res).whenGone(heard);
    const stop = clientOf(res).whenGone(stopped);
    expect(res.listenerCount('close')).toBe(2);
    stop();
    res.emit('close');
    res.emit('close');
    expect([heard.mock.calls.length, stopped.mock.calls.length, res.listenerCount('close')]).toEqual([
      1, 0, 0,
    ]);
  });

  it('is never so where no answer is waited for', () => {
    const nobody = clientOf(undefined);
    expect(nobody.isGone()).toBe(false);
    expect(() => nobody.whenGone(() => undefined)()).not.toThrow();
  });
});
