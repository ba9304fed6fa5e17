import { deadlineOf, shareDeadline, startDeadline } from '../../src/core/deadline.js';

describe('a deadline', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('fails the step that is under way when it passes, by name', async () => {
    const deadline = startDeadline(50);
    await deadline.within('first', 1);
    const second = deadline.within('second', new Promise(() => undefined));
    const refusal = expect(second).rejects.toMatchObject({ code: 'timeout', reason: 'second' });
    jest.advanceTimersByTime(50);
    await refusal;
    expect(deadline.leftMs()).toBe(1);
  });

  it('leaves no timer once it is cleared', async () => {
    const deadline = startDeadline(50);
    expect(deadline.leftMs()).toBe(50);
    jest.advanceTimersByTime(20);
    expect(deadline.leftMs()).toBe(30);
    deadline.clear();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is found by its request, once it is shared', () => {
    const [req, other] = [{}, {}];
    const deadline = startDeadline(50);
    expect(deadlineOf(req)).toBeUndefined();
    shareDeadline(req, deadline);
    expect([deadlineOf(req), deadlineOf(other)]).toEqual([deadline, undefined]);
  });
});
