/**
 * `express-stripe-customer-session/embeds`: Stripe's Pricing Table and Buy Button for the signed-in customer.
 * @module embeds
 */
import type { CustomerSession } from './answer.js';
import type { CustomerSessionSource } from './source-types.js';

const SECRET = 'customer-session-client-secret';

/**
 * Shows what is in a `<template>`, a `<stripe-pricing-table>` or a `<stripe-buy-button>` with the attributes that
 * Stripe's documentation gives it, right after the template: for the signed-in customer, or for anybody where no
 * session could be had. It is drawn anew before its session ends and after sign-out, and the function that comes back
 * takes it away, secret and all. The page loads Stripe's script for the element itself, before or after.
 *
 * @throws {TypeError} for a template without an element in it.
 */
export function mountEmbed(
  template: HTMLTemplateElement,
  source: Pick<CustomerSessionSource, 'subscribe' | 'getSnapshot'>,
): () => void {
  const pattern = elementIn(template);
  let element: Element | undefined;
  let drawn: CustomerSession | null | undefined;

  function clear(): void {
    element?.removeAttribute(SECRET);
    element?.remove();
    element = drawn = undefined;
  }

  function draw(): void {
    const { status, session } = source.getSnapshot();
    if (status === 'loading' || session === drawn) return;
    clear();
    drawn = session;
    // Stripe's elements look at their attributes when they are upgraded. A template's document upgrades nothing
    // (HTML standard, section 4.12.3), so that happens on the way into the page, with the secret in place.
    element = pattern.cloneNode(true) as Element;
    if (session) element.setAttribute(SECRET, session.clientSecret);
    template.after(element);
  }

  const leave = source.subscribe(draw);
  draw();
  return () => {
    leave();
    clear();
  };
}

// A page without types gives what `querySelector` found, which may be nothing.
function elementIn(template: HTMLTemplateElement | null): Element {
  const element = template?.content?.firstElementChild;
  if (element) return element;
  throw new TypeError(
    'mountEmbed: pass a <template> with a <stripe-pricing-table> or a <stripe-buy-button> in it.',
  );
}
