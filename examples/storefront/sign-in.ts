import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { isUserName, USERS, type User, type UserName, userNamed } from './users.js';

declare module 'express-session' {
  interface SessionData {
    user: UserName;
  }
}

/** Sessions by cookie. A restart signs everybody out, which a demo may do. */
export function sessions(): RequestHandler {
  return session({
    name: '__Host-storefront',
    secret: randomBytes(32).toString('hex'),
    resave: false,
    saveUninitialized: false,
    cookie: { secure: true, httpOnly: true, sameSite: 'lax', path: '/' },
  });
}

export function userOf(req: Request): User | undefined {
  return userNamed(req.session.user);
}

/** Whoever comes to the page for the first time is Ada, so that there is something to see. A shop asks who comes. */
export const beAdaAtFirst: RequestHandler = (req, _res, next) => {
  if (req.path === '/') req.session.user ??= 'ada';
  next();
};

/** `POST /sign-in` with the field `user`. The guest is nobody. */
export const signIn: RequestHandler = (req, res, next) => {
  const user: unknown = (req.body as { user?: unknown } | undefined)?.user;
  if (!isUserName(user)) {
    res.status(400).json({ error: `Send the field "user", one of ${USERS.join(', ')}.` });
    return;
  }
  // A new session id for a new user: an id that was known before is worth nothing.
  req.session.regenerate((error: unknown) => {
    if (error) return next(error);
    req.session.user = user;
    res.json({ user: userNamed(user) ?? null });
  });
};
