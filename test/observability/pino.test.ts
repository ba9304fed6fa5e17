import { createLogger, logSessions } from '../../examples/recipes/observability-pino.js';
import { call, fromBrowser } from '../support/call.js';
import { startHost } from '../support/host.js';

const CANARY = 'canary';
const CREDENTIALS = { cookie: `sid=${CANARY}-cookie`, authorization: `Bearer ${CANARY}-token` };

/** What is logged of one request with credentials, whose Stripe call ends as `fault` says. */
async function logged({
  fault = {},
  user = 'ada',
} = {}): Promise<{ lines: Record<string, unknown>[]; text: string }> {
  let text = '';
  const logger = createLogger({
    write: (line) => {
      text += line;
    },
  });
  const host = await startHost({
    options: {
      onEvent: logSessions(logger),
      resolveCustomer: ({ customer, name }) => {
        if (name === 'nobody-yet') throw new Error('the database is away');
        return customer;
      },
    },
  });
  host.emulator.setFault('POST /v1/customer_sessions', fault);
  await call(host, { headers: fromBrowser(host, { ...CREDENTIALS, 'x-user': user }) });
  await host.close();
  for (const { clientSecret } of host.emulator.sessions) expect(text).not.toContain(clientSecret);
  expect(text).not.toContain(host.emulator.secretKey);
  return {
    text,
    lines: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  };
}

test.each([
  ['a session', {}, 30, 'issued'],
  [
    "Stripe's refusal with a body of secrets",
    {
      status: 400,
      error: { message: `${CANARY} pi_1_secret_${CANARY}`, code: 'parameter_unknown', param: 'components' },
    },
    50,
    'misconfigured',
  ],
  [
    'an answer that is no JSON',
    { rawBody: `{"client_secret":"cuss_secret_${CANARY}` },
    50,
    'stripe_unavailable',
  ],
])(
  'the line of %s has what is known, and no secret, key, cookie or token',
  async (_name, fault, level, outcome) => {
    const { lines, text } = await logged({ fault });
    expect(lines).toEqual([
      expect.objectContaining({
        level,
        event: expect.objectContaining({ outcome }),
        msg: 'customer session',
      }),
    ]);
    expect(lines[0]?.req).toMatchObject({ headers: { cookie: '[Redacted]', authorization: '[Redacted]' } });
    expect(text).not.toContain(CANARY);
  },
);

test("a host's own error is logged with its message and stack", async () => {
  const { lines } = await logged({ user: 'nobody-yet' });
  expect(lines[0]).toMatchObject({
    event: { outcome: 'internal_error' },
    err: { message: 'the database is away', stack: expect.stringContaining('pino.test') },
  });
});
