import { type ReactElement, useState } from 'react';
import { type DemoState, playScenario } from './api.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import type { ShopSession } from './shop-session.js';

interface GuardsProps {
  session: ShopSession;
  state: DemoState;
  note: string;
  setNote: (note: string) => void;
}

export function Guards({ session, state, note, setNote }: GuardsProps): ReactElement {
  const [playing, setPlaying] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const signedIn = state.user !== null;

  async function play({ id, act }: Scenario): Promise<void> {
    setPlaying(id);
    setNote('');
    try {
      const { sent } = await playScenario(id);
      setNote(await act(session, sent));
    } catch {
      setNote('The demo itself failed to play this. Is it still running?');
    } finally {
      await playScenario('clear').catch(() => undefined);
      setPlaying(null);
      setOver(true);
    }
  }

  return (
    <section className="guards" aria-labelledby="guards">
      <h2 id="guards">Try to break it</h2>
      {!signedIn && <p className="fine">Sign in first, so that there is something to protect.</p>}
      <ul>
        {SCENARIOS.filter(({ emulator }) => !emulator || state.emulator).map((scenario) => (
          <li key={scenario.id}>
            <button
              type="button"
              className="scenario"
              disabled={!signedIn || playing !== null}
              onClick={() => void play(scenario)}
            >
              {playing === scenario.id ? 'Playing…' : scenario.button}
            </button>
          </li>
        ))}
      </ul>
      <p className="note" role="status">
        {note}
      </p>
      {over && playing === null && note !== '' && (
        <button type="button" className="quiet" onClick={() => void session.restart()}>
          Load the checkout again
        </button>
      )}
    </section>
  );
}
