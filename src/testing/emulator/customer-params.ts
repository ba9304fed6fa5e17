import { clearableText, expand, oneOf, type ParamFields, type ParamSpec, text } from './params.js';

// PostCustomers of Stripe's OpenAPI description, which the tests compare with this.
const address: ParamSpec = {
  kind: 'object',
  clearable: true,
  fields: {
    city: clearableText(),
    country: clearableText(),
    line1: clearableText(),
    line2: clearableText(),
    postal_code: clearableText(),
    state: clearableText(),
  },
};

const shipping: ParamSpec = {
  kind: 'object',
  clearable: true,
  required: ['address', 'name'],
  fields: { address: { ...address, clearable: false }, name: text(), phone: clearableText() },
};

const invoiceSettings: ParamSpec = {
  kind: 'object',
  fields: {
    custom_fields: {
      kind: 'list',
      clearable: true,
      items: { kind: 'object', required: ['name', 'value'], fields: { name: text(40), value: text(140) } },
    },
    default_payment_method: text(),
    footer: clearableText(),
    rendering_options: {
      kind: 'object',
      clearable: true,
      fields: {
        amount_tax_display: oneOf('', 'exclude_tax', 'include_inclusive_tax'),
        template: clearableText(),
      },
    },
  },
};

/** What creating and updating a customer have in common. */
const shared: ParamFields = {
  address,
  balance: { kind: 'integer' },
  business_name: clearableText(150),
  cash_balance: {
    kind: 'object',
    fields: {
      settings: {
        kind: 'object',
        fields: { reconciliation_mode: oneOf('automatic', 'manual', 'merchant_default') },
      },
    },
  },
  description: clearableText(),
  email: clearableText(512),
  expand,
  individual_name: clearableText(150),
  invoice_prefix: text(),
  invoice_settings: invoiceSettings,
  metadata: { kind: 'metadata' },
  name: clearableText(256),
  next_invoice_sequence: { kind: 'integer', min: 1 },
  phone: clearableText(20),
  preferred_locales: { kind: 'list', items: text(), clearable: true },
  shipping,
  source: text(),
  tax: {
    kind: 'object',
    fields: { ip_address: clearableText(), validate_location: oneOf('deferred', 'immediately') },
  },
  tax_exempt: oneOf('', 'exempt', 'none', 'reverse'),
};

export const createParams: ParamFields = {
  ...shared,
  payment_method: text(),
  tax_id_data: {
    kind: 'list',
    // The list of tax id types grows with every release; the emulator takes any.
    items: { kind: 'object', required: ['type', 'value'], fields: { type: text(), value: text() } },
  },
  test_clock: text(),
};

export const updateParams: ParamFields = { ...shared, default_source: text() };

const page = { expand, limit: { kind: 'integer', min: 1, max: 100 } } satisfies ParamFields;

export const listParams: ParamFields = {
  ...page,
  created: {
    kind: 'range',
    fields: {
      gt: { kind: 'integer' },
      gte: { kind: 'integer' },
      lt: { kind: 'integer' },
      lte: { kind: 'integer' },
    },
  },
  email: text(512),
  ending_before: text(),
  starting_after: text(),
  test_clock: text(),
};

export const searchParams: ParamFields = { ...page, page: text(), query: text() };

export const retrieveParams: ParamFields = { expand };
