/** The demo's own routes; `/customer-session` is asked by the package's client alone. */

export interface User {
  id: string;
  name: string;
}

export interface DemoState {
  user: User | null;
  publishableKey: string | null;
  emulator: boolean;
}

export interface Card {
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
}

export interface Sent {
  status: number;
  code: string;
}

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

export const getState = () => call<DemoState>('/demo/state');
export const signIn = (user: string) => call<object>('/sign-in', { user });
export const signOut = () => call<object>('/sign-out', {});
export const claim = (clientSecret: string) =>
  call<{ status: string; cards: Card[] }>('/demo/claim', { clientSecret });
export const playScenario = (scenario: string) => call<{ sent: Sent | null }>('/demo/guard', { scenario });
