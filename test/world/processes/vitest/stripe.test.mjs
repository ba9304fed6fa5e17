import { expect, test, vi } from 'vitest';
import { ask } from '../ask.cjs';
import { CUSTOMER_SESSION } from '../serve.cjs';
import { connectedPorts, strayNames } from '../watch.cjs';
import { app } from './shop.mjs';

const create = vi.hoisted(() => vi.fn());
vi.mock('stripe', () => ({
  default: class {
    customerSessions = { create };
  },
}));

test("vi.mock('stripe') is what the app's own client is", async () => {
  create.mockResolvedValue(CUSTOMER_SESSION);

  const { port, ...answer } = await ask(app);

  expect(answer).toEqual({ status: 200, secret: CUSTOMER_SESSION.client_secret });
  expect(create).toHaveBeenCalledTimes(1);
  expect({ ports: connectedPorts(), names: strayNames }).toEqual({ ports: [port], names: [] });
});
