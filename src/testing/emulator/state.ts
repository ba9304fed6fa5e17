import { type ApiObject, nulls } from './call.js';
import type { Components } from './components.js';
import { noSuch } from './errors.js';
import { newId } from './ids.js';
import type { EmulatorConfig } from './options.js';
import type { StripeEmulatorCustomer, StripeEmulatorPaymentMethod, StripeEmulatorSession } from './types.js';

/** Stripe's customer object, as far as the emulator looks into it. */
export interface CustomerObject extends ApiObject {
  readonly id: string;
  readonly created: number;
  readonly email: string | null;
  readonly name: string | null;
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

/** Any other object. */
export interface StoredObject {
  /** The connected account that it lives in. */
  readonly account: string | null;
  /** What is answered. */
  readonly object: ApiObject;
  /** The customer that stands behind an Accounts v2 account, where it is configured as one. */
  readonly customer?: CustomerRecord | undefined;
}

/** What a new customer may say of itself. */
export interface NewCustomer {
  readonly id?: string | undefined;
  readonly account: string | null;
  readonly customerAccount?: string | null;
  readonly paymentMethods?: readonly StripeEmulatorPaymentMethod[];
  readonly values: Partial<CustomerObject>;
}

/** Everything that requests change. */
export class EmulatorState {
  readonly customers = new Map<string, CustomerRecord>();
  readonly sessions: SessionRecord[] = [];
  /** PaymentIntents, SetupIntents and Accounts v2 accounts, by id. */
  readonly objects = new Map<string, StoredObject>();

  constructor(readonly config: EmulatorConfig) {}

  /** The customer with this id in this account, deleted or not. */
  find(id: string, account: string | null): CustomerRecord | undefined {
    const customer = this.customers.get(id);
    return customer?.account === account ? customer : undefined;
  }

  /** The customer that a request names by one of these parameters, if it does. Throws Stripe's 400 for none of its. */
  named(
    { customer, customer_account: id }: { customer?: string; customer_account?: string },
    account: string | null,
  ): CustomerRecord | undefined {
    if (customer === undefined && id === undefined) return undefined;
    const stored = this.objects.get(id ?? '');
    const behind = stored?.account === account ? stored.customer : undefined;
    const found = customer === undefined ? behind : this.find(customer, account);
    if (found && !found.deleted) return found;
    if (customer !== undefined) throw noSuch('customer', customer, { status: 400, param: 'customer' });
    throw noSuch('account', id ?? '', { status: 400, param: 'customer_account' });
  }

  addCustomer(customer: NewCustomer): CustomerRecord {
    const { id = newId('cus_'), account, customerAccount = null, paymentMethods = [], values } = customer;
    const createdAt = this.config.now();
    const blank = blankCustomer(id, Math.floor(createdAt / 1000), this.config.livemode);
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
    return record;
  }

  clear(): void {
    this.customers.clear();
    this.sessions.length = 0;
    this.objects.clear();
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
    ...nulls('address currency default_source description discount phone shipping test_clock'),
    balance: 0,
    created,
    delinquent: false,
    email: null,
    invoice_prefix: newId('', 8).toUpperCase(),
    invoice_settings: nulls('custom_fields default_payment_method footer rendering_options'),
    livemode,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    preferred_locales: [],
    tax_exempt: 'none',
  };
}
