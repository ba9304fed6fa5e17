import type { Card, DemoState, Played } from '../../shapes.js';

/** The demo's own routes; `/customer-session` is asked by the package's client alone. */

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const scenario = <T>(id: string, step: string) => call<T>(`/demo/scenarios/${id}/${step}`, {});

export const getState = () => call<DemoState>('/demo/state');
export const signIn = (user: string) => call<object>('/sign-in', { user });
export const claim = (clientSecret: string) => call<{ cards: Card[] }>('/demo/claim', { clientSecret });
export const beginScenario = (id: string) => scenario<object>(id, 'begin');
export const playScenario = (id: string) => scenario<Played>(id, 'play');
export const endScenario = (id: string) => scenario<object>(id, 'end');
