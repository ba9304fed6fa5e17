import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { Browser, PageAnswer, PageRequest } from './example.js';

const MOST_REDIRECTS = 10;

/** What a browser does about cookies and redirects, for tests: one jar per host, whatever the port. */
export function openBrowser(origin: string, ca: string): Browser {
  const jars = new Map<string, Map<string, string>>();

  function jarOf(url: string): Map<string, string> {
    const { hostname } = new URL(url);
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    return jar;
  }

  const cookies = (url: string) => [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ');

  async function open(url: string, request: PageRequest = {}, redirects = 0): Promise<PageAnswer> {
    const answer = await send(url, { ...request, headers: { ...request.headers, cookie: cookies(url) } }, ca);
    for (const line of answer.headers['set-cookie'] ?? []) keepCookie(jarOf(url), line);
    const { location } = answer.headers;
    if (location === undefined || redirects === MOST_REDIRECTS) {
      return { url, status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
    }
    answer.resume();
    return open(new URL(location, url).href, {}, redirects + 1);
  }

  return { origin, cookies, open };
}

/** One request, and its answer as it comes: no cookies, no redirects. */
export function send(url: string, request: PageRequest, ca: string): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body } = request;
  const isJson = headers['content-type'] === 'application/json';
  const payload =
    body === undefined ? '' : isJson ? JSON.stringify(body) : new URLSearchParams(body).toString();
  const type = body === undefined || isJson ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const module = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const options = { method, ca, headers: { ...type, ...headers, 'content-length': payload.length } };
    module.request(url, options, resolve).on('error', reject).end(payload);
  });
}

function keepCookie(jar: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  const isOver = value === '' || /;\s*max-age=0|;\s*expires=thu, 01 jan 1970/i.test(line);
  if (isOver) jar.delete(name);
  else jar.set(name, value);
}
