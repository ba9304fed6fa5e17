import type { StripePaymentElement } from '@stripe/stripe-js';

/** Says what became of a saved card that the buyer removed or changed in the Payment Element. */
export function watchSavedCards(element: StripePaymentElement, say: (text: string) => void): void {
  element.on('savedpaymentmethodremove', ({ success, error }) => {
    say(success ? 'Your card was removed.' : `Your card is still saved: ${error}`);
    // Without the card's id: your server asks Stripe which cards are left, and believes no browser.
    if (success) navigator.sendBeacon('/saved-cards-changed');
  });
  element.on('savedpaymentmethodupdate', ({ success, error }) => {
    say(success ? 'Your card was changed.' : `Your card was not changed: ${error}`);
    if (success) navigator.sendBeacon('/saved-cards-changed');
  });
}
