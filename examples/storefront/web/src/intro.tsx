import type { ReactElement } from 'react';
import type { DemoState } from '../../shapes.js';

const SEEN: Record<string, string> = {
  ada: 'Ada is signed in and sees her saved cards, because the router made her a Customer Session',
  bob: 'Bob is signed in and new here: the router made him a customer and a Customer Session, without cards yet',
  dora: 'Dora is signed in, but her customer was deleted at Stripe: no Customer Session, so she pays with a new card',
  nobody: 'nobody is signed in, so no Customer Session was asked for',
};

/** What is seen, in one sentence. */
export function Intro({ state }: { state: DemoState | undefined }): ReactElement {
  return (
    <header className="masthead">
      <p className="brand">
        <Bean /> Harbour Roasters
      </p>
      <p className="tagline">
        <code>express-stripe-customer-session</code>, an Express router that creates Stripe Customer Sessions
      </p>
      {state && (
        <p className="intro">
          A made-up shop: {SEEN[state.user?.id ?? 'nobody']}; everything
          {state.publishableKey === null ? ', a stand-in for Stripe included,' : ' but Stripe’s test mode'}{' '}
          runs on this machine.
        </p>
      )}
    </header>
  );
}

function Bean(): ReactElement {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <ellipse className="bean" cx="16" cy="16" rx="9" ry="13" transform="rotate(30 16 16)" />
      <path className="crease" d="M11 6c8 5 1 13 9 20" />
    </svg>
  );
}
