import { ApiError } from './errors.js';
import { newId } from './ids.js';
import type { EmulatorConfig } from './options.js';
import type { StripeEmulatorCustomer, StripeEmulatorPaymentMethod, StripeEmulatorSession } from './types.js';

/** A customer as the emulator holds it: what tests see, and Stripe's own object. */
export interface CustomerRecord extends StripeEmulatorCustomer {
  readonly paymentMethods: StripeEmulatorPaymentMethod[];
  readonly object: Record<string, unknown>;
  deleted: boolean;
}

/** A session as the emulator holds it. */
export interface SessionRecord extends StripeEmulatorSession {
  expiresAt: number;
  claimed: boolean;
}

/** Everything that requests change. */
export class EmulatorState {
  readonly customers = new Map<string, CustomerRecord>();
  readonly sessions: SessionRecord[] = [];
  readonly sessionsBySecret = new Map<string, SessionRecord>();

  constructor(readonly config: Pick<EmulatorConfig, 'now' | 'livemode'>) {}

  /** The customer with this id in this account, deleted or not. */
  find(id: string, account: string | null): CustomerRecord | undefined {
    const customer = this.customers.get(id);
    return customer?.account === account ? customer : undefined;
  }

  /** The customer that stands behind an Accounts v2 account. */
  findAccount(id: string, account: string | null): CustomerRecord | undefined {
    for (const customer of this.customers.values()) {
      if (customer.customerAccount === id && customer.account === account) return customer;
    }
    return undefined;
  }

  addCustomer(fields: {
    id?: string | undefined;
    account: string | null;
    customerAccount?: string;
    paymentMethods?: StripeEmulatorPaymentMethod[];
    values: Record<string, unknown>;
  }): CustomerRecord {
    const { id = newId('cus_'), account, customerAccount = null, paymentMethods = [], values } = fields;
    const createdAt = this.config.now();
    const created = Math.floor(createdAt / 1000);
    const object = { ...blankCustomer(id, created, this.config.livemode), ...values };
    if (customerAccount) object.customer_account = customerAccount;
    const record: CustomerRecord = {
      id,
      account,
      customerAccount,
      createdAt,
      paymentMethods,
      object,
      deleted: false,
      get email() {
        return textOrNull(object.email);
      },
      get name() {
        return textOrNull(object.name);
      },
      get metadata() {
        return object.metadata as Record<string, string>;
      },
    };
    this.customers.set(id, record);
    return record;
  }

  addSession(session: SessionRecord): void {
    this.sessions.push(session);
    this.sessionsBySecret.set(session.clientSecret, session);
  }

  clear(): void {
    this.customers.clear();
    this.sessions.length = 0;
    this.sessionsBySecret.clear();
  }
}

// The fields of a customer that has just been created with nothing, as Stripe answers it.
function blankCustomer(id: string, created: number, livemode: boolean): Record<string, unknown> {
  return {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: newId('', 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The account that a request acts in: `null` for the platform's own. */
export function accountOf(account: string | undefined, context: string | undefined): string | null {
  // A context is a path from the platform down; the last part is where the call acts
  // (https://docs.stripe.com/context).
  const fromContext = context?.split('/').at(-1);
  if (account && fromContext && account !== fromContext) {
    throw accountInvalid('Stripe-Account and Stripe-Context name different accounts.');
  }
  const id = account ?? fromContext;
  if (id === undefined || id === '') return null;
  if (!/^acct_\w+$/.test(id))
    throw accountInvalid(`No such account, or no access to it: '${id.slice(0, 64)}'`);
  return id;
}

function accountInvalid(message: string): ApiError {
  return new ApiError(403, { type: 'invalid_request_error', code: 'account_invalid', message });
}
