import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { type DemoState, getState, signIn, signOut } from './api.js';
import { Basket } from './basket.js';
import { Checkout } from './checkout.js';
import { Guards } from './guards.js';
import { useShopSession } from './shop-session.js';
import { TimelineView } from './timeline.js';
import { Who } from './who.js';

export function App(): ReactElement {
  const [state, setState] = useState<DemoState | null>(null);
  const [down, setDown] = useState(false);
  const load = useCallback(() => getState().then(setState, () => setDown(true)), []);
  useEffect(() => {
    void load();
  }, [load]);
  return (
    <>
      <header className="masthead">
        <p className="brand">
          <Bean /> Harbour Roasters
        </p>
        <p className="tagline">
          A demo of <code>express-stripe-customer-session</code>
        </p>
      </header>
      {down && <p role="alert">The shop does not answer. Is it still running in your terminal?</p>}
      {state && <Shop key={state.user?.id ?? 'nobody'} state={state} reload={load} />}
    </>
  );
}

function Shop({ state, reload }: { state: DemoState; reload: () => Promise<void> }): ReactElement {
  const session = useShopSession(state.user !== null);
  const [note, setNote] = useState('');

  async function become(user: string): Promise<void> {
    // The session is forgotten before the next user is known: nothing of the former one is shown meanwhile.
    await (user === 'guest' ? signOut() : signIn(user));
    session.source?.invalidate();
    await reload();
  }

  return (
    <main className="columns">
      <Who user={state.user} become={become} />
      <div className="middle">
        <Basket />
        <Checkout session={session} state={state} />
        <Guards session={session} state={state} note={note} setNote={setNote} />
      </div>
      <TimelineView />
    </main>
  );
}

function Bean(): ReactElement {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <ellipse className="bean" cx="16" cy="16" rx="9" ry="13" transform="rotate(30 16 16)" />
      <path className="crease" d="M11 6c8 5 1 13 9 20" />
    </svg>
  );
}
