/** @jest-environment jsdom */
const client = require('express-stripe-customer-session/client');
const { mountEmbed } = require('express-stripe-customer-session/embeds');
const { useCustomerSession } = require('express-stripe-customer-session/react');

test('the front end loads in jsdom', () => {
  expect(
    [mountEmbed, useCustomerSession, client.createCustomerSessionSource].map((one) => typeof one),
  ).toEqual(['function', 'function', 'function']);
});
