import type { ReactElement } from 'react';
import type { Entry, Stop } from '../../shapes.js';

/** A request drawn as its way: each stop that it passed, where it ended, and what it never came to. */
export function Way({ entry }: { entry: Entry }): ReactElement {
  return (
    <>
      <ol className="way" aria-label="Steps of the request">
        {entry.way.map((stop) => (
          <StopView key={stop.name} stop={stop} />
        ))}
      </ol>
      <details className="headers">
        <summary>Response headers</summary>
        <dl>
          {entry.headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

function StopView({ stop: { name, state, detail, at, ms } }: { stop: Stop }): ReactElement {
  return (
    <li className={`stop ${state.replace(' ', '-')}`}>
      <svg className="sign" viewBox="0 0 20 20" width="20" height="20" role="img" aria-label={state}>
        {state === 'stopped' ? (
          <rect x="1" y="1" width="18" height="18" rx="4" />
        ) : (
          <circle cx="10" cy="10" r="9" />
        )}
        {state === 'passed' && <path d="m5.5 10.5 3 3 6-7" />}
        {state === 'stopped' && <path d="m6 6 8 8m0-8-8 8" />}
      </svg>
      <span className="what">
        <strong>{name}</strong>
        {ms !== undefined && <span className="took"> took {rounded(ms)}</span>}
        {detail && <span className="detail">{detail}</span>}
      </span>
      {at !== undefined && <span className="at">{rounded(at)}</span>}
    </li>
  );
}

export function rounded(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
