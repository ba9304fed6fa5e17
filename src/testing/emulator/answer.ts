/** What goes out for a request, before it is bytes. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The `Request-Id` that this was first answered with. */
  readonly requestId: string;
  /** Whether it is the repetition of an earlier answer to the same idempotency key. */
  readonly replayed?: boolean;
}
