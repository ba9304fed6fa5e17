import { type ReactElement, useEffect, useState } from 'react';
import type { Entry } from '../../timeline.js';

const SHOWN = 12;

export function TimelineView(): ReactElement {
  const [entries, setEntries] = useState<Entry[]>([]);

  useEffect(() => {
    const stream = new EventSource('/demo/events');
    stream.onmessage = ({ data }) => {
      const entry: Entry = JSON.parse(data);
      setEntries((before) => [entry, ...before.filter(({ id }) => id !== entry.id)].slice(0, SHOWN));
    };
    return () => stream.close();
  }, []);

  return (
    <section className="timeline" aria-labelledby="timeline">
      <h2 id="timeline">What just happened</h2>
      {entries.length === 0 && <p className="fine">Sign in, and the way of each request is drawn here.</p>}
      <ol reversed>
        {entries.map((entry, index) => (
          <li key={entry.id}>
            <EntryView entry={entry} open={index === 0} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function EntryView({ entry, open }: { entry: Entry; open: boolean }): ReactElement {
  const good = entry.status === 200;
  return (
    <details className="entry" open={open}>
      <summary>
        <span className={good ? 'status good' : 'status bad'}>{entry.status}</span>
        <span className="outcome">{entry.outcome}</span>
        <span className="ms">{rounded(entry.ms)}</span>
      </summary>
      <p className="asked">
        {entry.asked} <time dateTime={entry.time}>{entry.time.slice(11, 19)}</time>
      </p>
      <ol className="steps">
        {entry.steps.map((step) => (
          <li key={`${step.what} ${step.at}`} className={step.refused ? 'refused' : 'passed'}>
            <span className="at">{rounded(step.at)}</span>
            <span>
              <strong>{step.what}</strong>
              {step.ms !== undefined && <span className="took"> took {rounded(step.ms)}</span>}
              {step.detail && <span className="detail">{step.detail}</span>}
            </span>
          </li>
        ))}
      </ol>
      <dl className="headers">
        {entry.headers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function rounded(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
