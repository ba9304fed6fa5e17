/** A page for test/browser with the recipes that need no React, as they stand in examples/recipes-web. */
import type { StripePaymentElement } from '@stripe/stripe-js';
import { createApp, defineComponent, h, useTemplateRef } from 'vue';
import { beginCheckout } from '../../../examples/recipes-web/initial.js';
import { watchSavedCards } from '../../../examples/recipes-web/saved-cards.js';
import { mountCheckout } from '../../../examples/recipes-web/vanilla.js';
import { usePaymentElement } from '../../../examples/recipes-web/vue.js';

const place = document.querySelector('#root') as HTMLElement;
const said: string[] = [];
const handlers = new Map<string, (event: unknown) => void>();

const Checkout = defineComponent({
  setup() {
    // biome-ignore lint/correctness/useHookAtTopLevel: Vue's, not React's
    const target = useTemplateRef<HTMLElement>('place');
    // biome-ignore lint/correctness/useHookAtTopLevel: Vue's, not React's
    usePaymentElement(target);
    return () => h('div', { ref: 'place' });
  },
});

const recipes = {
  said,
  beginCheckout,
  vanilla: () => mountCheckout(place),
  vue: () => {
    const app = createApp(Checkout);
    app.mount(place);
    return () => app.unmount();
  },
  watch: () => {
    const element = {
      on: (type: string, handler: (event: unknown) => void) => void handlers.set(type, handler),
    };
    watchSavedCards(element as unknown as StripePaymentElement, (text) => said.push(text));
  },
  tell: (type: string, event: unknown) => handlers.get(type)?.(event),
};

Object.assign(window, { recipes });
