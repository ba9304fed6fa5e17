import { clearableText, expand, integer, oneOf, text } from './params.js';

// PostCustomers and GetCustomers of Stripe's OpenAPI description, which the tests compare with this.
const address = {
  kind: 'object',
  fields: {
    city: clearableText(),
    country: clearableText(),
    line1: clearableText(),
    line2: clearableText(),
    postal_code: clearableText(),
    state: clearableText(),
  },
} as const;

const shipping = {
  kind: 'object',
  clearable: true,
  required: ['address', 'name'],
  fields: { address, name: text(), phone: clearableText() },
} as const;

const customField = {
  kind: 'object',
  required: ['name', 'value'],
  fields: { name: text(40), value: text(140) },
} as const;

const renderingOptions = {
  kind: 'object',
  clearable: true,
  fields: {
    amount_tax_display: oneOf('', 'exclude_tax', 'include_inclusive_tax'),
    template: clearableText(),
  },
} as const;

const invoiceSettings = {
  kind: 'object',
  fields: {
    custom_fields: { kind: 'list', clearable: true, items: customField },
    default_payment_method: text(),
    footer: clearableText(),
    rendering_options: renderingOptions,
  },
} as const;

const cashBalance = {
  kind: 'object',
  fields: {
    settings: {
      kind: 'object',
      fields: { reconciliation_mode: oneOf('automatic', 'manual', 'merchant_default') },
    },
  },
} as const;

/** What creating and updating a customer have in common. */
const shared = {
  address: { ...address, clearable: true },
  balance: integer,
  business_name: clearableText(150),
  cash_balance: cashBalance,
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
} as const;

export const createParams = {
  ...shared,
  payment_method: text(),
  tax_id_data: {
    kind: 'list',
    // The list of tax id types grows with every release; the emulator takes any.
    items: { kind: 'object', required: ['type', 'value'], fields: { type: text(), value: text() } },
  },
  test_clock: text(),
} as const;

export const updateParams = { ...shared, default_source: text() } as const;

const page = { expand, limit: { kind: 'integer', min: 1, max: 100 } } as const;

export const listParams = {
  ...page,
  created: { kind: 'range', fields: { gt: integer, gte: integer, lt: integer, lte: integer } },
  email: text(512),
  ending_before: text(),
  starting_after: text(),
  test_clock: text(),
} as const;

export const searchParams = { ...page, page: text(), query: text() } as const;

export const retrieveParams = { expand } as const;
