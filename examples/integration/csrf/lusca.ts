import { randomBytes } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import lusca from 'lusca';

const secret = randomBytes(32).toString('hex');

/** Before the middleware: the router checks the origin of each request itself. */
export function routerBefore(customerSession: RequestHandler): Express {
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.use('/customer-session', customerSession);
  app.use(lusca.csrf());
  return app;
}

/** Behind the middleware: the page sends the token as a header. */
export function routerBehind(customerSession: RequestHandler): Express {
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.use(lusca.csrf());
  app.get('/csrf-token', (_req, res) => void res.json({ token: res.locals._csrf }));
  app.use('/customer-session', customerSession);
  return app;
}
