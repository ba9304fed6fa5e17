import type { CustomerSession } from 'express-stripe-customer-session/client';
import { type ReactElement, useEffect, useId, useState } from 'react';
import { type Card, claim } from './api.js';

const claims = new WeakMap<CustomerSession, Promise<Card[]>>();

// A secret can be claimed once, and StrictMode runs effects twice.
function cardsOf(session: CustomerSession): Promise<Card[]> {
  const claimed = claims.get(session) ?? claim(session.clientSecret).then(({ cards }) => cards);
  claims.set(session, claimed);
  return claimed;
}

/** Stands where the Payment Element would be, and says so. It knows the customer by the secret alone, as that does. */
export function Drawing({
  session,
  waiting,
}: {
  session: CustomerSession | null;
  waiting: boolean;
}): ReactElement {
  const [cards, setCards] = useState<Card[]>([]);
  const [chosen, setChosen] = useState('new');
  const group = useId();

  useEffect(() => {
    let current = true;
    const show = (found: Card[]) => {
      if (!current) return;
      setCards(found);
      setChosen((before) =>
        found.some(({ last4 }) => last4 === before) ? before : (found[0]?.last4 ?? 'new'),
      );
    };
    if (session) cardsOf(session).then(show, () => show([]));
    else show([]);
    return () => {
      current = false;
    };
  }, [session]);

  return (
    <fieldset className="drawing" disabled={waiting}>
      <legend>A drawing of Stripe’s Payment Element</legend>
      {cards.map((card) => (
        <label key={card.last4} className="option">
          <input
            type="radio"
            name={group}
            checked={chosen === card.last4}
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
        <input type="radio" name={group} checked={chosen === 'new'} onChange={() => setChosen('new')} />
        <span className="mark" aria-hidden="true" />
        <span className="card-name">A new card</span>
      </label>
      {chosen === 'new' && (
        <label className="number">
          Card number
          <input inputMode="numeric" autoComplete="off" placeholder="1234 1234 1234 1234" />
        </label>
      )}
    </fieldset>
  );
}
