import {
  type CustomerSession,
  type CustomerSessionError,
  type CustomerSessionSource,
  type CustomerSessionSourceOptions,
  type CustomerSessionState,
  createCustomerSessionSource,
} from '../../../src/client/index.js';

/** What a source is before anybody asked. */
export const EMPTY: CustomerSessionState = {
  status: 'loading',
  session: null,
  error: null,
  refreshing: false,
  signOuts: 0,
};

/** Sources whose errors are kept, and whose subscribers all leave at the end: one that is held keeps a timer. */
export function sourceKeeper() {
  const errors: CustomerSessionError[] = [];
  const leaves: (() => void)[] = [];
  return {
    errors,
    codes: () => errors.map(({ code }) => code),
    source(url: string, options: CustomerSessionSourceOptions = {}): CustomerSessionSource {
      return createCustomerSessionSource(url, { onError: (error) => errors.push(error), ...options });
    },
    hold(source: CustomerSessionSource, listener: () => void = () => {}): () => void {
      const leave = source.subscribe(listener);
      leaves.push(leave);
      return leave;
    },
    clear() {
      for (const leave of leaves.splice(0)) leave();
      errors.length = 0;
    },
  };
}

export function secretOf(session: CustomerSession | null): string {
  if (!session) throw new Error('no session');
  return session.clientSecret;
}
