import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createStripe, customerSessionRouter, customerSheet, savedPaymentMethods } from '../../src/index.js';
import { parseRouterOptions } from '../../src/options/parse-router.js';
import { messageOf } from '../support/message-of.js';

const good = {
  resolveCustomer: () => 'cus_1',
  components: savedPaymentMethods({ save: 'on_session' }),
  stripe: { customerSessions: { create: () => Promise.resolve({}) } },
};

interface Row {
  option: string;
  good: unknown[];
  /** Each must be refused with a message that names the option, shows `shown`, and tells the fix. */
  wrong: Array<[value: unknown, shown: string]>;
  misspelt: string;
  required?: boolean;
}

const ROWS: Row[] = [
  {
    option: 'resolveCustomer',
    good: [() => 'cus_1', async () => null],
    wrong: [
      ['cus_1', 'a string'],
      [{}, 'an object'],
      [7, 'a number'],
    ],
    misspelt: 'resolveCustomers',
    required: true,
  },
  {
    option: 'components',
    good: [
      savedPaymentMethods({ save: 'on_session' }),
      () => savedPaymentMethods({ save: 'on_session' }),
      { buy_button: { enabled: true } },
    ],
    wrong: [
      [{}, 'an object'],
      [[], 'an array of 0'],
      ['postgres://shop:hunter2@db/shop', 'a string'],
      [true, 'a boolean'],
      [savedPaymentMethods, 'a function'],
    ],
    misspelt: 'component',
    required: true,
  },
  {
    option: 'authenticate',
    good: [() => null],
    wrong: [
      ['user', 'a string'],
      [{}, 'an object'],
    ],
    misspelt: 'authenticates',
  },
  {
    option: 'stripe',
    good: [good.stripe, createStripe('sk_test_123')],
    wrong: [
      ['sk_live_4242424242', 'a string'],
      [{}, 'an object'],
      [{ customerSessions: {} }, 'an object'],
      [7, 'a number'],
    ],
    misspelt: 'Stripe',
  },
  {
    option: 'format',
    good: ['web', 'mobile', 'billing-sdk'],
    wrong: [
      ['Web', '"Web"'],
      ['json', '"json"'],
      [1, '1'],
    ],
    misspelt: 'fromat',
  },
  {
    option: 'allowedOrigins',
    good: [
      [],
      ['https://shop.example'],
      ['https://shop.example:8443', 'capacitor://localhost'],
      ['tauri://localhost', 'app+v2.x-y://shop_1.example:8443'],
      ['https://[2001:db8::1]', 'https://[2001:db8::1]:8443', 'https://xn--bcher-kva.example'],
    ],
    wrong: [
      ['https://shop.example', 'a string'],
      [['*'], 'a string'],
      [['null'], 'a string'],
      [['http://shop.example'], 'a string'],
      [['https://shop.example/'], 'a string'],
      [['https://shop.example/path'], 'a string'],
      [['https://SHOP.example'], 'a string'],
      [['https://shop.example:443'], 'a string'],
      [['https://user@shop.example'], 'a string'],
      [['https://*.example'], 'a string'],
      [['https://\u0024{host}'], 'a string'],
      [['https://shop.example,sibling.example'], 'a string'],
      [['https://shop!.example'], 'a string'],
      [['https://[2001:DB8::1]'], 'a string'],
      [['https://b\u00fccher.example'], 'a string'],
      [['https://shop.example:123456'], 'a string'],
      [['xhttps://shop.example/'], 'a string'],
      [['file://'], 'a string'],
      [['file://shop'], 'a string'],
      [['ws://shop.example'], 'a string'],
      [['wss://shop.example'], 'a string'],
      [['data://shop.example'], 'a string'],
      [['blob://shop.example'], 'a string'],
      [['javascript://shop.example'], 'a string'],
      [['about://shop.example'], 'a string'],
      [['app://shop/path'], 'a string'],
      [['app://shop:123456'], 'a string'],
      [['app://shop:8443/'], 'a string'],
      [['1app://shop'], 'a string'],
      [['an app://shop'], 'a string'],
      [['http://localhost:3000'], 'a string'],
      [[['capacitor://localhost']], 'an array of 1'],
      [['shop.example'], 'a string'],
      [[/shop/], 'an object'],
      [[''], 'an empty string'],
    ],
    misspelt: 'allowedOrigin',
  },
  {
    option: 'allowNonBrowser',
    good: [true, false],
    wrong: [
      ['yes', '"yes"'],
      [1, '1'],
    ],
    misspelt: 'allowNonBrowsers',
  },
  {
    option: 'rateLimit',
    good: [false, {}, { limit: 5, windowMs: 1000, identifier: 'mine' }, { limit: undefined }],
    wrong: [
      [true, 'a boolean'],
      [30, 'a number'],
      [[], 'an array of 0'],
      ['30', 'a string'],
    ],
    misspelt: 'ratelimits',
  },
  {
    option: 'deadlineMs',
    good: [1, 8000],
    wrong: [
      [0, '0'],
      [-1, '-1'],
      [1.5, '1.5'],
      ['8s', '"8s"'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
      [Number.NaN, 'NaN'],
    ],
    misspelt: 'deadline',
  },
  {
    option: 'maxInFlight',
    good: [1, 16],
    wrong: [
      [0, '0'],
      ['16', '"16"'],
      [2.5, '2.5'],
    ],
    misspelt: 'maxInflights',
  },
  {
    option: 'maxWaiting',
    good: [0, 64],
    wrong: [
      [-1, '-1'],
      [null, 'null'],
      ['0', '"0"'],
    ],
    misspelt: 'maxWait',
  },
  {
    option: 'livemode',
    good: [true, false],
    wrong: [
      ['test', '"test"'],
      [0, '0'],
    ],
    misspelt: 'liveMod',
  },
  {
    option: 'onEvent',
    good: [() => undefined],
    wrong: [
      ['log', 'a string'],
      [{}, 'an object'],
    ],
    misspelt: 'onEvents',
  },
  {
    option: 'dangerouslyAllowHttpOnLocalhost',
    good: [true, false],
    wrong: [
      ['development', '"development"'],
      [1, '1'],
    ],
    misspelt: 'dangerouslyAllowHttpOnLocalHosts',
  },
];

function build(change: Record<string, unknown>): unknown {
  return customerSessionRouter({ ...good, ...change });
}

describe.each(ROWS)('option $option', ({ option, good: fine, wrong, misspelt, required }) => {
  it('takes what is documented', () => {
    for (const value of fine) expect(typeof build({ [option]: value })).toBe('function');
  });

  it(required ? 'is required' : 'may be omitted or undefined', () => {
    const { [option]: _omitted, ...rest } = { ...good } as Record<string, unknown>;
    const stripe = option === 'stripe' ? {} : { stripe: good.stripe };
    process.env.STRIPE_SECRET_KEY = 'sk_test_from_environment';
    try {
      for (const given of [
        { ...rest, ...stripe },
        { ...good, [option]: undefined },
      ]) {
        if (required)
          expect(messageOf(() => customerSessionRouter(given as never))).toMatch(`"${option}" is undefined`);
        else expect(typeof customerSessionRouter(given as never)).toBe('function');
      }
    } finally {
      delete process.env.STRIPE_SECRET_KEY;
    }
  });

  it('refuses null', () => {
    const message = messageOf(() => build({ [option]: null }));
    expect(message).toContain(`"${option}" is null`);
  });

  it.each(wrong)('refuses %p, naming option, value and fix', (value, shown) => {
    const message = messageOf(() => build({ [option]: value }));
    expect(message).toContain(`"${option}`);
    expect(message).toContain(shown);
    expect(message).toMatch(/\. (Use|Pass|It is|Enable|Set|Call) /);
    expect(message).not.toMatch(/sk_live_|hunter2/);
  });

  it(`refuses ${misspelt} and names the real option`, () => {
    expect(messageOf(() => build({ [misspelt]: fine[0] }))).toContain(`Did you mean "${option}"?`);
    expect(messageOf(() => build({ [misspelt]: undefined }))).toContain(`Did you mean "${option}"?`);
  });
});

describe('rateLimit', () => {
  it.each([
    [{ keyGenerator: () => 'x' }, 'no option "keyGenerator"'],
    [{ windowsMs: 1 }, 'Did you mean "windowMs"?'],
    [{ limit: 0 }, '"rateLimit.limit" is 0'],
    [{ limit: '30' }, '"rateLimit.limit" is "30"'],
    [{ windowMs: 2 ** 31 }, '"rateLimit.windowMs"'],
    [{ store: {} }, '"rateLimit.store" is an object'],
    [{ store: null }, '"rateLimit.store" is null'],
    [{ store: { increment: () => 1, decrement: 1 } }, '"rateLimit.store" is an object'],
    [{ store: { increment: 1, decrement: () => 1 } }, '"rateLimit.store" is an object'],
    [{ identifier: 5 }, '"rateLimit.identifier" is 5'],
    [{ identifier: 'x'.repeat(65) }, '"rateLimit.identifier" is a string'],
    [{ identifier: 'a"b' }, '"rateLimit.identifier"'],
    [{ identifier: '' }, '"rateLimit.identifier" is an empty string'],
  ])('refuses %j', (rateLimit, expected) => {
    expect(messageOf(() => build({ rateLimit }))).toContain(expected);
  });
});

it('plain http of this machine is an origin where the option for it is on, and no other is', () => {
  const local = { dangerouslyAllowHttpOnLocalhost: true, livemode: false };
  const origins = ['http://localhost:3000', 'http://127.0.0.1:5173', 'http://[::1]'];
  expect(typeof build({ ...local, allowedOrigins: origins })).toBe('function');
  for (const origin of ['http://shop.example', 'http://localhost:3000/', 'http://localhost:80']) {
    expect(messageOf(() => build({ ...local, allowedOrigins: [origin] }))).toContain('"allowedOrigins[0]"');
  }
});

describe('wrong use is caught at start-up', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', 'a string'],
    [[], 'an array'],
  ])('options %p', (options, shown) => {
    expect(messageOf(() => customerSessionRouter(options as never))).toContain(shown);
  });

  it.each([undefined, ''])('no key, where the environment has %j', (key) => {
    if (key !== undefined) process.env.STRIPE_SECRET_KEY = key;
    try {
      expect(messageOf(() => build({ stripe: undefined }))).toMatch(
        'there is no Stripe key. Set the environment variable STRIPE_SECRET_KEY, or pass stripe: createStripe(key).',
      );
    } finally {
      delete process.env.STRIPE_SECRET_KEY;
    }
  });

  it('a publishable key, from the environment or given', () => {
    process.env.STRIPE_SECRET_KEY = 'pk_test_0123456789';
    try {
      const message = messageOf(() => build({ stripe: undefined }));
      expect(message).toMatch(/publishable/);
      expect(message).not.toContain('pk_test_0123456789');
    } finally {
      delete process.env.STRIPE_SECRET_KEY;
    }
    expect(messageOf(() => createStripe('pk_live_0123456789'))).toMatch(/publishable/);
  });

  it('app.use(customerSessionRouter) without a call', () => {
    expect(messageOf(() => customerSessionRouter({ socket: {}, headers: {} } as never))).toMatch(
      'without being called',
    );
    for (const given of [{ socket: {} }, { headers: {} }]) {
      expect(messageOf(() => customerSessionRouter(given as never))).toContain('has no option');
    }
  });

  it('an unknown option far from any name lists them all', () => {
    expect(messageOf(() => build({ cacheSessions: true }))).toContain(
      'The options are resolveCustomer, components,',
    );
  });

  it.each([
    ['max', 'limit'],
    ['customer', 'resolveCustomer'],
    ['getUser', 'authenticate'],
    ['origins', 'allowedOrigins'],
  ])('%s, as others call it, suggests %s', (name, real) => {
    const run = () => (name === 'max' ? build({ rateLimit: { max: 3 } }) : build({ [name]: [] }));
    expect(messageOf(run)).toContain(`Did you mean "${real}"?`);
  });

  it('a mobile component with the format of the web', () => {
    const components = customerSheet();
    expect(messageOf(() => build({ components }))).toContain("needs format: 'mobile'");
    expect(typeof build({ components, format: 'mobile' })).toBe('function');
  });

  it('http on localhost with a live key', () => {
    const message = messageOf(() => build({ dangerouslyAllowHttpOnLocalhost: true, livemode: true }));
    expect(message).toContain('test keys only');
  });
});

describe('dangerouslyAllowHttpOnLocalhost', () => {
  it('is warned of, once in a process', () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    jest.isolateModules(() => {
      const { customerSessionGuard } = require('../../src/index.js');
      customerSessionGuard({});
      customerSessionGuard({ dangerouslyAllowHttpOnLocalhost: false });
      expect(emitWarning).not.toHaveBeenCalled();
      for (const _again of [1, 2]) customerSessionGuard({ dangerouslyAllowHttpOnLocalhost: true });
    });
    const { calls } = emitWarning.mock;
    emitWarning.mockRestore();
    expect(calls).toEqual([
      [
        'dangerouslyAllowHttpOnLocalhost is on: for development only, never on a server.',
        { code: 'ESCS_HTTP_ON_LOCALHOST' },
      ],
    ]);
  });
});

describe('the documented defaults are the real ones', () => {
  const source = readFileSync(path.join(__dirname, '../../src/options/router-options.ts'), 'utf8');
  const tags = new Map<string, string>();
  for (const [, text = '', name = ''] of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s+(\w+)\??:/g)) {
    const tag = /@defaultValue\s+([^@]*?)\s*(?:@|$)/.exec(text.replaceAll(/\n\s*\*/g, ' ').trim());
    if (tag?.[1] !== undefined) tags.set(name, tag[1].trim());
  }
  const { source: issuer, ...door } = parseRouterOptions(good);
  const config = { ...door, ...issuer.config };
  const rateLimit = config.rateLimit === false ? undefined : config.rateLimit;

  it.each([
    ['format', JSON.stringify(config.format)],
    ['allowedOrigins', JSON.stringify([...config.allowedOrigins])],
    ['allowNonBrowser', String(config.allowNonBrowser)],
    ['deadlineMs', String(config.deadlineMs)],
    ['maxInFlight', String(config.maxInFlight)],
    ['maxWaiting', `${config.maxWaiting / config.maxInFlight} × maxInFlight`],
    ['dangerouslyAllowHttpOnLocalhost', String(config.dangerouslyAllowHttpOnLocalhost)],
    ['windowMs', String(rateLimit?.windowMs)],
    ['limit', String(rateLimit?.limit)],
    ['identifier', JSON.stringify(rateLimit?.identifier)],
    ['rateLimit', `${rateLimit?.limit} per minute`],
  ])('%s', (option, real) => {
    expect(tags.get(option)).toBe(real);
  });

  it('every option has one, but the two that are required', () => {
    const documented = [...tags.keys()];
    expect(ROWS.map(({ option }) => option).filter((option) => !documented.includes(option))).toEqual([
      'resolveCustomer',
      'components',
    ]);
  });

  it('requests read a frozen config', () => {
    expect(Object.isFrozen(parseRouterOptions(good))).toBe(true);
    expect(Object.isFrozen(issuer.config)).toBe(true);
    expect(Object.isFrozen(config.rateLimit)).toBe(true);
    expect(Object.isFrozen(config.components)).toBe(true);
  });
});
