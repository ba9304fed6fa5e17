import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Issuer {
  url: string;
  audience: string;
  /** An access token, as an authorisation server gives it to the page. */
  issueToken(userId: string, claims?: { audience?: string; lifetime?: string }): Promise<string>;
  close(): Promise<void>;
}

/** An authorisation server of this machine: its metadata and keys over http, its tokens by a function call. */
export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }];
  const server = createServer((req, res) => {
    const isMetadata = req.url === '/.well-known/openid-configuration';
    const body = isMetadata ? { issuer: `${url}/`, jwks_uri: `${url}/keys` } : { keys };
    res.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const audience = 'https://api.shop.example';

  return {
    url,
    audience,
    issueToken: (userId, claims = {}) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1', typ: 'at+jwt' })
        .setIssuer(`${url}/`)
        .setSubject(userId)
        .setAudience(claims.audience ?? audience)
        .setIssuedAt()
        .setExpirationTime(claims.lifetime ?? '5m')
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
