import type { CustomerSession } from 'express-stripe-customer-session/client';
import { type ReactElement, useEffect, useState } from 'react';

interface SecretProps {
  session: CustomerSession;
  refreshing: boolean;
  refresh: () => Promise<unknown>;
}

/** The secret as one may show it, and the time that it has left. */
export function Secret({ session, refreshing, refresh }: SecretProps): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.round((session.expiresAt.getTime() - now) / 1000));
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  return (
    <p className="secret">
      <span className="masked">cuss_secret_••••••{session.clientSecret.slice(-4)}</span>
      <span>
        <time dateTime={`PT${left}S`}>{clock}</time> left
      </span>
      <button type="button" className="quiet" onClick={() => void refresh()}>
        {refreshing ? 'Renewing…' : 'Renew now'}
      </button>
    </p>
  );
}
