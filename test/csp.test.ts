import express from 'express';
import helmet from 'helmet';
import request from 'supertest';
import { stripeCspDirectives } from '../src/csp.js';

async function policyWith(directives: ReturnType<typeof stripeCspDirectives>): Promise<string[]> {
  const app = express();
  app.use(helmet({ contentSecurityPolicy: { directives: { ...directives } } }));
  app.get('/', (_req, res) => void res.send('checkout'));
  const response = await request(app).get('/');
  return String(response.headers['content-security-policy']).split(';');
}

test('gives helmet what Stripe’s security guide asks for, and keeps the page’s own origin', async () => {
  const policy = await policyWith(stripeCspDirectives());
  expect(policy).toContain("connect-src 'self' https://api.stripe.com");
  expect(policy).toContain(
    "frame-src 'self' https://*.js.stripe.com https://js.stripe.com https://hooks.stripe.com",
  );
  expect(policy).toContain("script-src 'self' https://*.js.stripe.com https://js.stripe.com");
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("object-src 'none'");
});

test('adds Google Maps for the Address Element only', async () => {
  const policy = await policyWith(stripeCspDirectives({ addressElement: true }));
  expect(policy).toContain("connect-src 'self' https://api.stripe.com https://maps.googleapis.com");
  expect(policy).toContain(
    "script-src 'self' https://*.js.stripe.com https://js.stripe.com https://maps.googleapis.com",
  );
  expect(policy.join()).not.toContain('unsafe-eval');
});

test('gives arrays of one’s own to add to', () => {
  stripeCspDirectives().scriptSrc.push('https://cdn.example');
  expect(stripeCspDirectives().scriptSrc).not.toContain('https://cdn.example');
});

test.each([
  [
    { adressElement: true },
    'stripeCspDirectives() has no option "adressElement". Did you mean "addressElement"?',
  ],
  [
    { addressElement: 'yes' },
    'option "addressElement" is "yes". Use true for a page with the Address Element.',
  ],
  [{ addressElement: null }, 'option "addressElement" is null'],
])('refuses %j', (options, message) => {
  const wrong: object = options;
  expect(() => stripeCspDirectives(wrong)).toThrow(message);
});

test('takes undefined as omitted', () => {
  expect(stripeCspDirectives({ addressElement: undefined })).toEqual(stripeCspDirectives());
});
