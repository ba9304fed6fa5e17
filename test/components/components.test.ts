import fc from 'fast-check';
import { parseComponents as parse } from '../../src/components/components.js';
import { warnOnce } from '../../src/core/warn-once.js';
import {
  activeEntitlements,
  buyButton,
  customerPortal,
  customerSheet,
  mobilePaymentElement,
  pricingTable,
  savedPaymentMethods,
} from '../../src/index.js';
import { messageOf } from '../support/message-of.js';

const parseComponents = (components: unknown) => parse(components, warnOnce());

describe('presets', () => {
  it('savedPaymentMethods() with a save choice with a save choice alone is consent-safe: filter always, save on, remove off', () => {
    expect(savedPaymentMethods({ save: 'on_session' })).toEqual({
      payment_element: {
        enabled: true,
        features: {
          payment_method_redisplay: 'enabled',
          payment_method_allow_redisplay_filters: ['always'],
          payment_method_save: 'enabled',
          payment_method_save_usage: 'on_session',
          payment_method_remove: 'disabled',
        },
      },
    });
  });

  it('savedPaymentMethods() with a save choice takes each of its options', () => {
    const options = {
      redisplay: 'all',
      limit: 10,
      save: 'off_session',
      remove: true,
    } as const;
    expect(savedPaymentMethods(options).payment_element.features).toEqual({
      payment_method_redisplay: 'enabled',
      payment_method_allow_redisplay_filters: ['always', 'limited', 'unspecified'],
      payment_method_redisplay_limit: 10,
      payment_method_save: 'enabled',
      payment_method_save_usage: 'off_session',
      payment_method_remove: 'enabled',
    });
    const limited = savedPaymentMethods({ redisplay: 'limited', save: false }).payment_element.features;
    expect(limited?.payment_method_allow_redisplay_filters).toEqual(['always', 'limited']);
    expect(limited?.payment_method_save).toBe('disabled');
  });

  it('mobilePaymentElement() and customerSheet() take theirs', () => {
    const mobile = mobilePaymentElement({
      save: false,
      saveAllowRedisplayOverride: 'limited',
      redisplay: 'all',
    });
    expect(mobile.mobile_payment_element.features).toEqual({
      payment_method_redisplay: 'enabled',
      payment_method_allow_redisplay_filters: ['always', 'limited', 'unspecified'],
      payment_method_save: 'disabled',
      payment_method_save_allow_redisplay_override: 'limited',
      payment_method_remove: 'disabled',
    });
    expect(customerSheet({ remove: true }).customer_sheet.features).toEqual({
      payment_method_allow_redisplay_filters: ['always'],
      payment_method_remove: 'enabled',
    });
  });

  it('give exactly this to Stripe, and no option that was left out', () => {
    expect(pricingTable()).toStrictEqual({ pricing_table: { enabled: true } });
    expect(buyButton()).toStrictEqual({ buy_button: { enabled: true } });
    expect(customerPortal()).toStrictEqual({ customer_portal: { enabled: true } });
    expect(activeEntitlements()).toStrictEqual({ active_entitlements: { enabled: true } });
    expect(savedPaymentMethods({ save: 'intent' })).toStrictEqual({
      payment_element: {
        enabled: true,
        features: {
          payment_method_redisplay: 'enabled',
          payment_method_allow_redisplay_filters: ['always'],
          payment_method_save: 'enabled',
          payment_method_remove: 'disabled',
        },
      },
    });
    expect(customerSheet({ redisplay: 'limited' })).toStrictEqual({
      customer_sheet: {
        enabled: true,
        features: {
          payment_method_allow_redisplay_filters: ['always', 'limited'],
          payment_method_remove: 'disabled',
        },
      },
    });
    expect(mobilePaymentElement({ remove: true })).toStrictEqual({
      mobile_payment_element: {
        enabled: true,
        features: {
          payment_method_redisplay: 'enabled',
          payment_method_allow_redisplay_filters: ['always'],
          payment_method_save: 'enabled',
          payment_method_remove: 'enabled',
        },
      },
    });
  });

  it('compose by spreading, all seven of them', () => {
    const all = {
      ...savedPaymentMethods({ save: 'on_session' }),
      ...mobilePaymentElement(),
      ...customerSheet(),
      ...pricingTable(),
      ...buyButton(),
      ...customerPortal(),
      ...activeEntitlements(),
    };
    expect(Object.keys(parseComponents(all))).toHaveLength(7);
  });

  it.each([
    [() => savedPaymentMethods({ save: false, redisplay: 'never' as never }), '"redisplay" is "never"'],
    [() => savedPaymentMethods({ save: 'enabled' as never }), '"save" is "enabled"'],
    [() => savedPaymentMethods({} as never), '"save" is undefined'],
    [() => savedPaymentMethods(undefined as never), '"save" is undefined'],
    [() => savedPaymentMethods({ redisplays: 'all' } as never), 'Did you mean "redisplay"?'],
    [() => customerSheet({ save: true } as never), 'no option "save"'],
    [() => mobilePaymentElement({ limit: 3 } as never), 'no option "limit"'],
  ])('refuse what does not fit: %#', (make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('validation', () => {
  it.each([
    [{ payment_elment: { enabled: true } }, 'Did you mean "payment_element"?'],
    [{ paymentElement: { enabled: true } }, 'Names are in snake_case'],
    [{ payment_method_save: 'enabled' }, 'It is a feature'],
    [{ 'Tax\nWizard': { enabled: true } }, 'Names are in snake_case'],
    [{ payment_element: { enabled: 'true' } }, '"components.payment_element.enabled" is "true"'],
    [{ payment_element: {} }, '"components.payment_element.enabled" is undefined'],
    [{ payment_element: true }, '"components.payment_element" is a boolean'],
    [{ payment_element: { enabled: true, feature: {} } }, 'A component has "enabled" and "features"'],
    [{ payment_element: { enabled: true, payment_method_save: 'enabled' } }, 'into its "features"'],
    [{ payment_element: { enabled: true, features: [] } }, 'an array of 0'],
    [
      { payment_element: { enabled: true, features: { payment_method_redisplay: 'always' } } },
      'Use "enabled" or "disabled"',
    ],
    [{ payment_element: { enabled: true, features: { payment_method_redisplay: true } } }, 'is true'],
    [
      { payment_element: { enabled: true, features: { payment_method_saves: 'enabled' } } },
      'Did you mean "payment_method_save"?',
    ],
    [{ payment_element: { enabled: true, features: { payment_method_redisplay_limit: 0 } } }, 'from 1 to 10'],
    [
      { payment_element: { enabled: true, features: { payment_method_redisplay_limit: 11 } } },
      'from 1 to 10',
    ],
    [
      { payment_element: { enabled: true, features: { payment_method_redisplay_limit: '3' } } },
      'from 1 to 10',
    ],
    [
      { payment_element: { enabled: true, features: { payment_method_allow_redisplay_filters: [] } } },
      'an array of 0',
    ],
    [
      { payment_element: { enabled: true, features: { payment_method_allow_redisplay_filters: ['all'] } } },
      'an array of 1',
    ],
    [
      { customer_sheet: { enabled: true, features: { payment_method_save: 'enabled' } } },
      'It belongs to payment_element',
    ],
    [
      { buy_button: { enabled: true, features: { payment_method_save: 'enabled' } } },
      'It belongs to payment_element',
    ],
    [
      {
        mobile_payment_element: {
          enabled: true,
          features: { payment_method_save_allow_redisplay_override: 'always' },
        },
      },
      'only with payment_method_save: "disabled"',
    ],
    [{ payment_element: { enabled: false } }, 'Enable at least one component'],
    [{}, 'Enable at least one component'],
    [{ payment_element: undefined }, 'Enable at least one component'],
  ])('refuses %j', (components, message) => {
    expect(messageOf(() => parseComponents(components))).toContain(message);
  });

  it.each([
    { payment_method_redisplay_limit: 1 },
    { payment_method_redisplay_limit: 10 },
    { payment_method_allow_redisplay_filters: ['limited', 'unspecified'] },
    { payment_method_save_usage: 'on_session' },
    { payment_method_save_usage: 'off_session' },
  ])('takes %j, as Stripe does', (features) => {
    const components = { payment_element: { enabled: true, features } };
    expect(parseComponents(components)).toEqual(components);
  });

  it.each(['always', 'limited', 'unspecified'])(
    'takes an override with %s where nothing is saved',
    (value) => {
      const features = {
        payment_method_save: 'disabled',
        payment_method_save_allow_redisplay_override: value,
      };
      const components = { mobile_payment_element: { enabled: true, features } };
      expect(parseComponents(components)).toEqual(components);
    },
  );

  it('leaves out what is undefined', () => {
    const features = { payment_method_save: undefined, payment_method_remove: 'enabled' };
    expect(
      parseComponents({ payment_element: { enabled: true, features }, buy_button: undefined }),
    ).toStrictEqual({ payment_element: { enabled: true, features: { payment_method_remove: 'enabled' } } });
  });

  it('warns of a new component and of a new feature by name', () => {
    const warn = jest.fn();
    const features = { payment_method_save: 'enabled' };
    parse({ tax_wizard: { enabled: true, features } }, warn);
    parse({ payment_element: { enabled: true, features: { tax_id: 'enabled' } } }, warn);
    const passed =
      'is unknown to this version of the package; it is passed to Stripe as it is. Others may follow.';
    expect(warn.mock.calls).toEqual([
      ['ESCS_UNKNOWN_COMPONENT', `The component "tax_wizard" ${passed}`],
      ['ESCS_UNKNOWN_COMPONENT', `The feature of payment_element "tax_id" ${passed}`],
    ]);
  });

  it('lets a name that Stripe may have added pass, with one warning', () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const warn = warnOnce();
    for (let round = 0; round < 2; round += 1) {
      const parsed = parse({ tax_wizard: { enabled: true, features: { anything: [1] } } }, warn);
      expect(parsed).toEqual({ tax_wizard: { enabled: true, features: { anything: [1] } } });
    }
    const warnings = emitWarning.mock.calls.map(([message]) => String(message));
    emitWarning.mockRestore();
    expect(warnings).toEqual([expect.stringContaining('tax_wizard')]);
  });

  it.each(['payment_method_remove_last', 'payment_method_update', 'payment_method_set_as_default'])(
    'lets %s pass, which Stripe gates',
    (feature) => {
      const components = { payment_element: { enabled: true, features: { [feature]: 'enabled' } } };
      expect(parseComponents(components)).toEqual(components);
    },
  );

  it('tells a slip of the keyboard from a name of another number of words', () => {
    const features = { payment_method_removes: 'enabled' };
    expect(messageOf(() => parseComponents({ payment_element: { enabled: true, features } }))).toContain(
      'Did you mean "payment_method_remove"?',
    );
  });

  it('keeps a frozen copy of its own', () => {
    const given = { payment_element: { enabled: true, features: { payment_method_save: 'enabled' } } };
    const parsed = parseComponents(given);
    given.payment_element.features.payment_method_save = 'disabled';
    expect(parsed.payment_element?.features?.payment_method_save).toBe('enabled');
    expect(Object.isFrozen(parsed.payment_element?.features)).toBe(true);
  });

  it('throws nothing but a TypeError, whatever it is given', () => {
    let thrown = 0;
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        try {
          parseComponents(anything);
        } catch (error) {
          thrown += 1;
          expect(error).toBeInstanceOf(TypeError);
          expect(String(error)).toContain('express-stripe-customer-session');
        }
      }),
    );
    expect(thrown).toBeGreaterThan(50);
  });
});
