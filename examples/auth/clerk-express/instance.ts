import { exportSPKI, generateKeyPair, SignJWT } from 'jose';

export interface Instance {
  publishableKey: string;
  secretKey: string;
  /** The public key that the dashboard shows: tokens are verified with it, without a call to Clerk. */
  jwtKey: string;
  /** A session token, as clerk-js holds it in the page. */
  issueToken(userId: string, origin: string, lifetime?: string): Promise<string>;
}

/** What a Clerk instance gives to an app, made on this machine. */
export async function startInstance(): Promise<Instance> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const frontendApi = 'clerk.shop.example';
  return {
    publishableKey: `pk_live_${btoa(`${frontendApi}$`)}`,
    secretKey: 'sk_live_stands_for_that_of_the_dashboard',
    jwtKey: await exportSPKI(publicKey),
    issueToken: (userId, origin, lifetime = '60s') =>
      new SignJWT({ azp: origin, sid: `sess_${userId}`, sts: 'active', v: 2 })
        .setProtectedHeader({ alg: 'RS256', kid: 'ins_shop', typ: 'JWT' })
        .setIssuer(`https://${frontendApi}`)
        .setSubject(userId)
        .setIssuedAt()
        .setNotBefore('-5s')
        .setExpirationTime(lifetime)
        .sign(privateKey),
  };
}
