import { type ReactElement, useEffect, useRef } from 'react';
import type { Entry, User } from '../../shapes.js';
import { keepInView } from './into-view.js';
import { rounded, Way } from './way.js';

interface TimelineProps {
  user: User | null;
  entries: Entry[];
  /** Entries up to this one were another user's. */
  since: number;
  /** The visitor has done something: what comes of it is brought into view. */
  follow: boolean;
}

export function TimelineView({ user, entries, since, follow }: TimelineProps): ReactElement {
  const latest = entries[0] && entries[0].id > since && user !== null ? entries[0] : undefined;
  const earlier = entries.filter((entry) => entry !== latest);
  const section = useRef<HTMLElement>(null);
  const latestId = latest?.id;
  useEffect(() => {
    const isNews = follow && latestId !== undefined;
    return isNews ? keepInView(section.current) : undefined;
  }, [follow, latestId]);

  return (
    <section className="timeline" aria-labelledby="timeline" ref={section}>
      <h2 id="timeline">What the router did</h2>
      {latest === undefined ? (
        <p className="fine">{user === null ? 'Nobody is signed in: nothing was asked.' : 'Under way…'}</p>
      ) : (
        <article className="entry">
          <Summary entry={latest} />
          <Way entry={latest} />
        </article>
      )}
      {earlier.length > 0 && (
        <details className="earlier">
          <summary>Earlier requests ({earlier.length})</summary>
          <ol>
            {earlier.map((entry) => (
              <li key={entry.id}>
                <Summary entry={entry} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function Summary({ entry }: { entry: Entry }): ReactElement {
  return (
    <p className="summary">
      <span className={entry.status === 200 ? 'status good' : 'status bad'}>{entry.status}</span>
      <span className="outcome">{entry.outcome}</span>
      <span className="ms">{rounded(entry.ms)}</span>
      <span className="asked">
        {entry.asked} at <time dateTime={entry.time}>{new Date(entry.time).toLocaleTimeString('en-GB')}</time>
      </span>
    </p>
  );
}
