import type { Components } from './components.js';
import { newId } from './ids.js';
import type { EmulatorConfig } from './options.js';
import type { StripeEmulatorCustomer, StripeEmulatorPaymentMethod, StripeEmulatorSession } from './types.js';

/** Stripe's customer object, as far as the emulator looks into it. */
export interface CustomerObject extends Record<string, unknown> {
  readonly id: string;
  readonly created: number;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly invoice_settings: Readonly<Record<string, unknown>>;
}

/** A customer as the emulator holds it: what tests see, and Stripe's own object. */
export interface CustomerRecord extends StripeEmulatorCustomer {
  object: CustomerObject;
  paymentMethods: readonly StripeEmulatorPaymentMethod[];
  deleted: boolean;
}

/** A session as the emulator holds it. */
export interface SessionRecord extends StripeEmulatorSession {
  readonly components: Components;
  expiresAt: number;
  claimed: boolean;
}

/** What a new customer may say of itself. */
export interface NewCustomer {
  readonly id?: string | undefined;
  readonly account: string | null;
  readonly customerAccount?: string;
  readonly paymentMethods?: readonly StripeEmulatorPaymentMethod[];
  readonly values: Partial<CustomerObject>;
}

/** Everything that requests change. */
export class EmulatorState {
  readonly customers = new Map<string, CustomerRecord>();
  readonly sessions: SessionRecord[] = [];
  readonly #sessionsBySecret = new Map<string, SessionRecord>();
  readonly #behindAccounts = new Map<string, CustomerRecord>();

  constructor(readonly config: Pick<EmulatorConfig, 'now' | 'livemode'>) {}

  /** The customer with this id in this account, deleted or not. */
  find(id: string, account: string | null): CustomerRecord | undefined {
    const customer = this.customers.get(id);
    return customer?.account === account ? customer : undefined;
  }

  /** The customer that stands behind an Accounts v2 account. */
  findAccount(id: string, account: string | null): CustomerRecord | undefined {
    const customer = this.#behindAccounts.get(id);
    return customer?.account === account ? customer : undefined;
  }

  session(clientSecret: string): SessionRecord | undefined {
    return this.#sessionsBySecret.get(clientSecret);
  }

  addCustomer(customer: NewCustomer): CustomerRecord {
    const { id = newId('cus_'), account, customerAccount = null, paymentMethods = [], values } = customer;
    const createdAt = this.config.now();
    const created = Math.floor(createdAt / 1000);
    const blank = blankCustomer(id, created, this.config.livemode);
    const record: CustomerRecord = {
      id,
      account,
      customerAccount,
      createdAt,
      paymentMethods,
      object: { ...blank, ...values, customer_account: customerAccount },
      deleted: false,
      get email() {
        return this.object.email;
      },
      get name() {
        return this.object.name;
      },
      get metadata() {
        return this.object.metadata;
      },
    };
    this.customers.set(id, record);
    if (customerAccount !== null) this.#behindAccounts.set(customerAccount, record);
    return record;
  }

  addSession(session: SessionRecord): void {
    this.sessions.push(session);
    this.#sessionsBySecret.set(session.clientSecret, session);
  }

  clear(): void {
    this.customers.clear();
    this.#behindAccounts.clear();
    this.sessions.length = 0;
    this.#sessionsBySecret.clear();
  }
}

/** Deletes as the API does: the id stays known as deleted. */
export function markDeleted(customer: CustomerRecord): void {
  customer.deleted = true;
  customer.paymentMethods = [];
}

// The fields of a customer that has just been created with nothing, as Stripe answers it.
function blankCustomer(id: string, created: number, livemode: boolean): CustomerObject {
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
