import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import type { DemoState, Entry } from '../../shapes.js';
import { getState, signIn } from './api.js';
import { Checkout } from './checkout.js';
import { Intro } from './intro.js';
import { useRequests } from './requests.js';
import { Scenarios } from './scenarios.js';
import { useShopSession } from './shop-session.js';
import { TimelineView } from './timeline.js';
import { Who } from './who.js';

// The other tabs of this shop follow a sign-in too: those of a guest, who has no source that would hear of it.
const signIns = new BroadcastChannel('storefront-sign-ins');

export function App(): ReactElement {
  // Each choice of a user is a visit of its own, that of the same one again too.
  const [visit, setVisit] = useState<{ state: DemoState; number: number }>();
  const [down, setDown] = useState(false);
  const state = visit?.state;
  const entries = useRequests(state?.run);
  const newest = useRef(0);
  const load = useCallback(async () => {
    const number = ++newest.current;
    try {
      const loaded = await getState();
      // What was asked before somebody signed in may come after it.
      if (number === newest.current) setVisit({ state: loaded, number });
    } catch {
      setDown(true);
    }
  }, []);
  useEffect(() => {
    const follow = () => void load();
    signIns.addEventListener('message', follow);
    follow();
    return () => signIns.removeEventListener('message', follow);
  }, [load]);

  const [chosenAfter, setChosenAfter] = useState<number>();
  async function become(user: string): Promise<void> {
    setChosenAfter(entries[0]?.id ?? 0);
    await signIn(user);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel has one origin
    signIns.postMessage(user);
    await load();
  }

  return (
    <>
      <Intro state={state} />
      {down && (
        <p className="down" role="alert">
          The shop does not answer. Is it still running in your terminal?
        </p>
      )}
      {visit && (
        <Shop
          key={visit.number}
          state={visit.state}
          entries={entries}
          chosenAfter={chosenAfter}
          become={become}
          reload={load}
        />
      )}
    </>
  );
}

interface ShopProps {
  state: DemoState;
  entries: Entry[];
  /** The last request before the visitor chose somebody; a load of the page is no choice. */
  chosenAfter: number | undefined;
  become: (user: string) => Promise<void>;
  reload: () => Promise<void>;
}

function Shop({ state, entries, chosenAfter, become, reload }: ShopProps): ReactElement {
  const session = useShopSession(state.user);
  const leaving = useRef(false);
  // Somebody else signed in in another tab, or the server was started again and has forgotten us.
  const onSignedOut = useCallback(() => {
    if (leaving.current) return;
    leaving.current = true;
    void reload();
  }, [reload]);

  async function leaveFor(user: string): Promise<void> {
    leaving.current = true;
    // The session is forgotten before the next user is known: nothing of the former one is shown meanwhile.
    session.source?.invalidate();
    await become(user);
  }

  return (
    <main>
      <div className="columns">
        <Who user={state.user} become={leaveFor} />
        <Checkout session={session} state={state} onSignedOut={onSignedOut} />
        <TimelineView
          user={state.user}
          entries={entries}
          since={chosenAfter ?? 0}
          follow={chosenAfter !== undefined}
        />
      </div>
      <Scenarios session={session} scenarios={state.scenarios} />
    </main>
  );
}
