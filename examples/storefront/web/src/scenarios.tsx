import { type ReactElement, useEffect, useRef, useState } from 'react';
import type { Played, ScenarioText } from '../../shapes.js';
import { beginScenario, endScenario, playScenario } from './api.js';
import { Comparison } from './comparison.js';
import { bringIntoView } from './into-view.js';
import type { ShopSession } from './shop-session.js';

interface ScenariosProps {
  session: ShopSession;
  scenarios: ScenarioText[];
}

/** What is known of the scenario that was chosen last. */
export interface Playing {
  scenario: ScenarioText;
  played?: Played;
  /** How the page's own checkout fared meanwhile, where an outage reached it. */
  checkout?: string;
  failed?: true;
}

export function Scenarios({ session, scenarios }: ScenariosProps): ReactElement {
  const [playing, setPlaying] = useState<Playing | null>(null);
  const [busy, setBusy] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const id = playing?.scenario.id;

  // At once, so that a tap shows its effect, and again when the answers have made the panel taller.
  useEffect(() => {
    if (playing && panel.current) bringIntoView(panel.current, 'start');
  }, [playing]);

  async function play(scenario: ScenarioText): Promise<void> {
    if (busy) return;
    setBusy(true);
    setPlaying({ scenario });
    // What the last outage has left.
    if (playing?.checkout && !scenario.outage) void session.restart();
    try {
      await beginScenario(scenario.id);
      const [played, code] = await Promise.all([
        playScenario(scenario.id),
        scenario.outage ? session.restart() : undefined,
      ]);
      setPlaying({ scenario, played, ...(code && { checkout: code }) });
    } catch {
      setPlaying({ scenario, failed: true });
    } finally {
      await endScenario(scenario.id).catch(() => undefined);
      setBusy(false);
    }
  }

  return (
    <section className="scenarios" aria-labelledby="scenarios">
      <h2 id="scenarios">What if …</h2>
      <p>
        Each button plays an attack or an outage on two routes, a naive one (Stripe’s guide) and the router,
        and shows what both answered.
      </p>
      <ul>
        {scenarios.map((scenario) => (
          <li key={scenario.id}>
            <button
              type="button"
              className="scenario"
              aria-pressed={scenario.id === id}
              aria-disabled={busy}
              onClick={() => void play(scenario)}
            >
              {scenario.title}
            </button>
          </li>
        ))}
      </ul>
      <p className="spoken" role="status">
        {playing && spoken(playing)}
      </p>
      {playing && <Comparison playing={playing} again={session.restart} ref={panel} />}
    </section>
  );
}

function spoken({ scenario, played, failed }: Playing): string {
  if (failed) return 'The demo itself failed to play this. Is it still running?';
  if (played === undefined) return `${scenario.title}: both routes are asked now.`;
  const naive = played.naive ? `The naive route: ${played.naive.outcome}. ` : '';
  return `${scenario.title}. ${naive}The router: ${played.router.outcome}.`;
}
