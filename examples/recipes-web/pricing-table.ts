import { createCustomerSessionSource } from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';

const source = createCustomerSessionSource('/customer-session');
const template = document.querySelector<HTMLTemplateElement>('#plans');
const leave = template && mountEmbed(template, source);

async function signOut(): Promise<void> {
  await fetch('/sign-out', { method: 'POST' });
  leave?.();
  source.invalidate();
}

document.querySelector('#sign-out')?.addEventListener('click', () => void signOut());
