import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Response } from 'express';
import helmet from 'helmet';

/**
 * What helmet sets with an explicit small configuration. No HSTS: its scope is the whole site, which a mounted
 * route must not decide.
 */
const withHelmet = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginEmbedderPolicy: false,
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: { policy: 'same-origin' },
  originAgentCluster: false,
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
  xContentTypeOptions: true,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xPoweredBy: false,
  xXssProtection: false,
});

const HEADERS: ReadonlyArray<readonly [name: string, value: string]> = [
  // no-store alone did not stop a proxy that was told to ignore it; `Vary: *` did. no-transform also keeps
  // compression away from the secret (RFC 9111 section 5.2.2, RFC 9110 section 12.5.5).
  ['Cache-Control', 'no-store, private, no-transform'],
  ['Pragma', 'no-cache'],
  ['Vary', '*'],
  ...recordHelmet(),
];

/** H1: first of all, so that every answer has them. What an earlier middleware set of the same name is replaced. */
export function setResponseHeaders(res: Response): void {
  for (const [name, value] of HEADERS) res.setHeader(name, value);
  res.removeHeader('X-Powered-By');
  res.removeHeader('ETag');
}

// The configuration never varies by request, so helmet runs once, over a response that goes nowhere.
function recordHelmet(): Array<readonly [string, string]> {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  withHelmet(res.req, res, () => undefined);
  return res.getHeaderNames().map((name) => [name, String(res.getHeader(name))]);
}
