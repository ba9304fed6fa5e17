import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';

/** Who is signed in. The name is the user's id. */
export interface User {
  name: string;
}

const COOKIE = '__Host-user';
const NAME = /^[a-z0-9-]{1,40}$/;

/**
 * A stand-in for your own sign-in, without a password: a signed cookie, which every process can read. Your
 * sessions would be in Redis or Postgres instead, where signing out ends them.
 */
export function signInByCookie(secret: string) {
  const sign = (name: string) => createHmac('sha256', secret).update(name).digest('base64url');

  return {
    /** POST with the form field `user`. */
    signIn: (req: Request, res: Response): void => {
      const { user } = Object(req.body) as { user?: unknown };
      if (typeof user !== 'string' || !NAME.test(user)) {
        res.status(400).json({ error: 'Send the field "user": small letters, digits and hyphens.' });
        return;
      }
      const options = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const;
      res.cookie(COOKIE, `${user}.${sign(user)}`, options).json({ user });
    },

    userOf: (req: Request): User | undefined => {
      const cookies = req.get('cookie')?.split('; ') ?? [];
      const value = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
      const [name = '', signature = ''] = value?.split('.') ?? [];
      const [given, expected] = [Buffer.from(signature), Buffer.from(sign(name))];
      return given.length === expected.length && timingSafeEqual(given, expected) ? { name } : undefined;
    },
  };
}
