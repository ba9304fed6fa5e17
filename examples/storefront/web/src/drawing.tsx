import { type ReactElement, useEffect, useId, useState, useSyncExternalStore } from 'react';
import type { Card } from '../../shapes.js';
import type { CardSource } from './drawn-stripe.js';

/** Stands where the Payment Element would be, and says so. */
export function Drawing({ source }: { source: CardSource }): ReactElement {
  const asked = useSyncExternalStore(source.subscribe, source.getCards);
  const [cards, setCards] = useState<Card[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const group = useId();

  useEffect(() => {
    let current = true;
    const show = (found: Card[]) => {
      if (current) setCards(found);
    };
    asked.then(show, () => show([]));
    return () => {
      current = false;
    };
  }, [asked]);

  const saved = cards ?? [];
  // Until the buyer chooses, the first one; a card that has gone is no choice.
  const first = saved[0]?.last4 ?? 'new';
  const choice = chosen === 'new' || saved.some(({ last4 }) => last4 === chosen) ? chosen : first;
  return (
    <fieldset className="drawing" aria-busy={cards === null}>
      <legend>A drawing of Stripe’s Payment Element</legend>
      {saved.map((card) => (
        <label key={card.last4} className="option">
          <input
            type="radio"
            name={group}
            checked={choice === card.last4}
            onChange={() => setChosen(card.last4)}
          />
          <span className={`mark mark-${card.brand}`} aria-hidden="true" />
          <span className="card-name">
            {card.brand} <span className="digits">•••• {card.last4}</span>
          </span>
          <span className="expiry">
            {String(card.expMonth).padStart(2, '0')}/{card.expYear % 100}
          </span>
        </label>
      ))}
      <label className="option">
        <input type="radio" name={group} checked={choice === 'new'} onChange={() => setChosen('new')} />
        <span className="mark" aria-hidden="true" />
        <span className="card-name">A new card</span>
      </label>
      {choice === 'new' && (
        <label className="number">
          Card number
          <input inputMode="numeric" autoComplete="off" placeholder="1234 1234 1234 1234" />
        </label>
      )}
    </fieldset>
  );
}
