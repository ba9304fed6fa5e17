// @vitest-environment jsdom
import { createCustomerSessionSource } from 'express-stripe-customer-session/client';
import { mountEmbed } from 'express-stripe-customer-session/embeds';
import { useCustomerSession } from 'express-stripe-customer-session/react';
import { expect, test } from 'vitest';

test('the front end loads in jsdom', () => {
  expect([mountEmbed, useCustomerSession, createCustomerSessionSource].map((one) => typeof one)).toEqual([
    'function',
    'function',
    'function',
  ]);
});
