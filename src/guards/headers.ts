import type { Request, Response } from 'express';
import helmet from 'helmet';

/**
 * What helmet sets with an explicit small configuration. No HSTS: its scope is the whole site, which a mounted
 * route must not decide.
 */
const setSecurityHeaders = helmet({
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
  xPoweredBy: true,
  xXssProtection: false,
});

/** H1: first of all, so that every answer has them. What an earlier middleware set of the same name is replaced. */
export function setResponseHeaders(req: Request, res: Response): void {
  // no-store alone did not stop a proxy that was told to ignore it; `Vary: *` did. no-transform also keeps
  // compression away from the secret (RFC 9111 section 5.2.2, RFC 9110 section 12.5.5).
  res.setHeader('Cache-Control', 'no-store, private, no-transform');
  res.setHeader('Pragma', 'no-cache');
  res.setHeader('Vary', '*');
  res.removeHeader('ETag');
  setSecurityHeaders(req, res, noMore);
}

// Helmet's own parts call it at once; the policy above is static, so that none of them can fail.
function noMore(): void {}
