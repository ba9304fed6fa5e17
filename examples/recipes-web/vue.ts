import { loadStripe } from '@stripe/stripe-js';
import { createCustomerSessionSource, toElementsOptions } from 'express-stripe-customer-session/client';
import { type ShallowRef, watch } from 'vue';

const source = createCustomerSessionSource('/customer-session');

/** Mounts the Payment Element into `place`, and takes it away with the component. */
export function usePaymentElement(place: Readonly<ShallowRef<HTMLElement | null>>): void {
  watch(place, async (target, _former, onCleanup) => {
    if (!target) return;
    let unmount = () => {};
    let isGone = false;
    onCleanup(() => {
      isGone = true;
      unmount();
    });
    const [stripe, session] = await Promise.all([loadStripe('pk_test_yours'), source.get()]);
    if (!stripe || isGone) return;
    const options = { mode: 'payment', amount: 3800, currency: 'eur' } as const;
    const element = stripe.elements({ ...options, ...toElementsOptions(session) }).create('payment');
    element.mount(target);
    unmount = () => element.destroy();
  });
}
