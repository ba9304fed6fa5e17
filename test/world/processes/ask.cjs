// A shopper inside the process of a test runner.
const { request } = require('node:http');

exports.ask = (app) =>
  new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      const headers = {
        host: 'shop.example',
        origin: 'https://shop.example',
        'sec-fetch-site': 'same-origin',
        'x-forwarded-proto': 'https',
        'x-customer': 'cus_1',
      };
      const path = '/customer-session';
      request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        res.on('end', () => {
          server.close();
          resolve({ port, status: res.statusCode, secret: JSON.parse(text).client_secret });
        });
      })
        .on('error', reject)
        .end();
    });
  });
