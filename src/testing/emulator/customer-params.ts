import { clearable, integer, list, metadata, object, oneOf, text } from './params.js';

// PostCustomers of Stripe's OpenAPI description, which the tests compare with this, without what names objects that
// the emulator has none of (sources, test clocks) and without `expand`.
const address = object({
  city: clearable(text()),
  country: clearable(text()),
  line1: clearable(text()),
  line2: clearable(text()),
  postal_code: clearable(text()),
  state: clearable(text()),
});

const invoiceSettings = object({
  custom_fields: clearable(list(object({ name: text(40), value: text(140) }, ['name', 'value']))),
  default_payment_method: text(),
  footer: clearable(text()),
  rendering_options: clearable(
    object({
      amount_tax_display: oneOf('', 'exclude_tax', 'include_inclusive_tax'),
      template: clearable(text()),
    }),
  ),
});

/** What updating a customer takes. */
export const updateParams = {
  address: clearable(address),
  balance: integer(),
  business_name: clearable(text(150)),
  cash_balance: object({
    settings: object({ reconciliation_mode: oneOf('automatic', 'manual', 'merchant_default') }),
  }),
  description: clearable(text()),
  email: clearable(text(512)),
  individual_name: clearable(text(150)),
  invoice_prefix: text(),
  invoice_settings: invoiceSettings,
  metadata,
  name: clearable(text(256)),
  next_invoice_sequence: integer(1),
  phone: clearable(text(20)),
  preferred_locales: clearable(list(text())),
  shipping: clearable(object({ address, name: text(), phone: clearable(text()) }, ['address', 'name'])),
  tax: object({ ip_address: clearable(text()), validate_location: oneOf('deferred', 'immediately') }),
  tax_exempt: oneOf('', 'exempt', 'none', 'reverse'),
};

/** What creating one takes. The list of tax id types grows with every release; the emulator takes any. */
export const createParams = {
  ...updateParams,
  tax_id_data: list(object({ type: text(), value: text() }, ['type', 'value'])),
};
