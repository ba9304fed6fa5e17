import { request } from 'node:https';
import { CANARIES } from './report.js';

export interface Asked {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  text: string;
  json: Record<string, unknown>;
}

/** What a signed-in browser sends to its own site. */
export function ask(port: number): Promise<Asked> {
  const headers = {
    host: 'localhost',
    origin: 'https://localhost',
    'sec-fetch-site': 'same-origin',
    cookie: `sid=${CANARIES.cookie}`,
  };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/customer-session', method: 'POST', headers };
    const req = request({ ...options, rejectUnauthorized: false, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text, json: JSON.parse(text || '{}') });
      });
    });
    req.on('error', reject);
    req.end();
  });
}
