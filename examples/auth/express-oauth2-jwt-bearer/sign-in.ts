import type { SignInExample } from '../support/example.js';
import { issuer } from './app.js';

export const signIn: SignInExample['signIn'] = async ({ id }) => ({
  authorization: `Bearer ${await issuer.issueToken(id)}`,
});

export const close = () => issuer.close();
