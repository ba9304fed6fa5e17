import type { CustomerSessionErrorCode } from '../../src/client/index.js';
import type { ProblemCode } from '../../src/core/problem.js';

// The client may not import the server's code, so its list of codes is its own. The compiler compares the two here.

type OwnCode = 'network' | 'invalid_response' | 'replayed' | 'aborted';
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;

test('the client knows each code of the server, and adds its own', () => {
  const same: Same<CustomerSessionErrorCode, ProblemCode | OwnCode> = true;
  const apart: Same<Extract<ProblemCode, OwnCode>, never> = true;
  expect([same, apart]).toEqual([true, true]);
});
