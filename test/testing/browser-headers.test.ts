import { createServer } from 'node:http';
import fc from 'fast-check';
import request from 'supertest';
import { browserHeaders } from '../../src/testing/index.js';

test('are what a page of that origin sends with fetch, as supertest takes them', async () => {
  const server = createServer((req, res) => res.end(JSON.stringify(req.headers)));
  const answer = await request(server).post('/').set(browserHeaders('https://shop.example'));
  expect(JSON.parse(answer.text)).toMatchObject({
    origin: 'https://shop.example',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
  });
});

test('take any origin that a URL has', () => {
  fc.assert(
    fc.property(fc.webUrl({ validSchemes: ['http', 'https'] }), (url) => {
      const { origin } = new URL(url);
      expect(browserHeaders(origin).origin).toBe(origin);
    }),
  );
});

test.each([
  ['https://shop.example/', 'Did you mean "https://shop.example"?'],
  ['https://shop.example/pay', 'Did you mean "https://shop.example"?'],
  ['https://Shop.Example', 'Did you mean "https://shop.example"?'],
  ['https://shop.example:443', 'Did you mean "https://shop.example"?'],
  ['https://ada:pw@shop.example', 'Did you mean "https://shop.example"?'],
  ['shop.example', 'Use "https://"'],
  ['null', 'Use "https://"'],
  ['*', 'Use "https://"'],
  ['', 'Use "https://"'],
  ['ftp://shop.example', 'Use "https://"'],
  ['capacitor://localhost', 'Use "https://"'],
])('refuse %j', (origin, hint) => {
  expect(() => browserHeaders(origin)).toThrow(TypeError);
  expect(() => browserHeaders(origin)).toThrow(hint);
});
