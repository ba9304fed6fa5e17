import { type ReactElement, useState } from 'react';
import type { User } from '../../shapes.js';

const PEOPLE = [
  { id: 'ada', name: 'Ada', story: 'has been here before and saved her cards' },
  { id: 'bob', name: 'Bob', story: 'is new: his customer is made on first use' },
  { id: 'dora', name: 'Dora', story: 'comes back, but her customer was deleted at Stripe' },
  { id: 'guest', name: 'Nobody', story: 'just looks around, signed out' },
];

interface WhoProps {
  user: User | null;
  become: (user: string) => Promise<void>;
}

export function Who({ user, become }: WhoProps): ReactElement {
  const [busy, setBusy] = useState(false);
  const current = user?.id ?? 'guest';

  async function choose(id: string): Promise<void> {
    if (busy) return;
    setBusy(true);
    await become(id).finally(() => setBusy(false));
  }

  return (
    <section className="who" aria-labelledby="who" aria-busy={busy}>
      <h2 id="who">Who is buying?</h2>
      <ul>
        {PEOPLE.map(({ id, name, story }) => (
          <li key={id}>
            <button
              type="button"
              className="person"
              aria-pressed={id === current}
              onClick={() => void choose(id)}
            >
              <span className={`face face-${id}`} aria-hidden="true">
                {name[0]}
              </span>
              <span>
                <strong>{name}</strong>
                <span className="story">{story}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
