import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import Provider, { type ClientMetadata, type KoaContextWithOIDC } from 'oidc-provider';
import { checkPassword } from '../support/users.js';

export interface Issuer {
  url: string;
  /** Registers the app, as one does in the provider's console. */
  register(redirectUri: string): { clientID: string; clientSecret: string };
  close(): Promise<void>;
}

/** An OpenID provider of this machine, with a sign-in page for the users of the examples. */
export async function startIssuer(): Promise<Issuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function register(redirectUri: string) {
    const clientID = 'shop';
    const clientSecret = randomBytes(32).toString('hex');
    const provider = createProvider(url, {
      client_id: clientID,
      client_secret: clientSecret,
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: [redirectUri],
    });
    const app = express();
    app.get('/sign-in/:uid', (_req, res) => void res.send('E-mail and password, please.'));
    app.post('/sign-in/:uid', express.urlencoded(), async (req, res) => {
      const user = checkPassword(String(req.body?.email), String(req.body?.password));
      if (user === undefined) return void res.sendStatus(401);
      return provider.interactionFinished(req, res, { login: { accountId: user.id } });
    });
    app.use(provider.callback());
    server.on('request', app);
    return { clientID, clientSecret };
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { url, register, close };
}

function createProvider(url: string, client: ClientMetadata): Provider {
  return new Provider(url, {
    clients: [client],
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/sign-in/${uid}` },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: grantToOwnApp,
  });
}

/** Our own app needs nobody's consent. */
async function grantToOwnApp({ oidc }: KoaContextWithOIDC) {
  const grant = new oidc.provider.Grant({
    clientId: oidc.client?.clientId,
    accountId: oidc.session?.accountId,
  });
  grant.addOIDCScope('openid profile email');
  await grant.save();
  return grant;
}
