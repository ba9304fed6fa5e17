import { type ReactElement, type Ref, useEffect, useState } from 'react';
import type { Exchange, Side } from '../../shapes.js';
import type { Playing } from './scenarios.js';
import { rounded, Way } from './way.js';

interface ComparisonProps {
  playing: Playing;
  /** Loads the page's own checkout anew. */
  again: () => Promise<unknown>;
  ref: Ref<HTMLElement>;
}

export function Comparison({ playing, again, ref }: ComparisonProps): ReactElement {
  const { scenario, played, checkout, failed } = playing;
  return (
    <article className="comparison" ref={ref}>
      <h3>{scenario.title}</h3>
      <p>{scenario.story}</p>
      {failed && <p>The demo itself failed to play this. Is it still running?</p>}
      {!played && !failed && <Wait key={scenario.id} />}
      {played && (
        <div className="sides">
          {played.naive && <SideView side={played.naive} name="A naive route" />}
          <SideView side={played.router} name="The router" />
        </div>
      )}
      {played && checkout && (
        <p className="met">
          This page’s own checkout met it too ({checkout}) and offers a new card.{' '}
          <button type="button" className="quiet" onClick={() => void again()}>
            Load the checkout again
          </button>
        </p>
      )}
    </article>
  );
}

function Wait(): ReactElement {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return <p className="wait">Both routes are asked now{seconds > 0 ? `, ${seconds} s so far` : ''} …</p>;
}

function SideView({ side, name }: { side: Side; name: string }): ReactElement {
  const last = side.exchanges.at(-1);
  return (
    <section className={side.harm ? 'side harm' : 'side safe'} aria-label={name}>
      <h4>{name}</h4>
      <p className="outcome">
        <svg viewBox="0 0 20 20" width="20" height="20" role="img" aria-label={side.harm ? 'Harm' : 'Safe'}>
          <path d={side.harm ? 'm4 4 12 12m0-12L4 16' : 'm3 11 5 5L17 4'} />
        </svg>
        {side.outcome}
      </p>
      <p>{side.finding.replaceAll('•••• ', '••••\u00A0')}</p>
      {last && <AnswerView exchange={last} />}
      <details>
        <summary>What was sent and answered</summary>
        {side.exchanges.map((exchange, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change places
          <ExchangeView key={index} exchange={exchange} />
        ))}
      </details>
      {side.entry && (
        <details>
          <summary>How far the request came</summary>
          <Way entry={side.entry} />
        </details>
      )}
    </section>
  );
}

function ExchangeView({ exchange }: { exchange: Exchange }): ReactElement {
  const { who, asked, status, ms } = exchange;
  return (
    <div className="exchange">
      <p>
        {who} asked, and {status === null ? 'nobody answered' : `got ${status}`} after {rounded(ms)}:
      </p>
      <pre>{asked.join('\n')}</pre>
      <AnswerView exchange={exchange} whole />
    </div>
  );
}

const GLANCE = 240;

function AnswerView({ exchange, whole }: { exchange: Exchange; whole?: boolean }): ReactElement | null {
  const { status, headers, body } = exchange;
  if (status === null) return null;
  const text = whole ? body : body.replaceAll(/\s+/g, ' ');
  const shown = whole || text.length <= GLANCE ? text : `${text.slice(0, GLANCE)}…`;
  const lines = [`HTTP/1.1 ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`), '', shown];
  return <pre>{lines.join('\n')}</pre>;
}
