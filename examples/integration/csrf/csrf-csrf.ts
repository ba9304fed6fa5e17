import { randomBytes } from 'node:crypto';
import cookieParser from 'cookie-parser';
import { doubleCsrf } from 'csrf-csrf';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';

const secret = randomBytes(32).toString('hex');

const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
  getSecret: () => secret,
  getSessionIdentifier: (req) => req.session.id,
});

/** Before the middleware: the router checks the origin of each request itself. */
export function routerBefore(customerSession: RequestHandler): Express {
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: true }), cookieParser());
  app.use('/customer-session', customerSession);
  app.use(doubleCsrfProtection);
  return app;
}

/** Behind the middleware: the page sends the token as a header. */
export function routerBehind(customerSession: RequestHandler): Express {
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: true }), cookieParser());
  app.use(doubleCsrfProtection);
  app.get('/csrf-token', (req, res) => void res.json({ token: generateCsrfToken(req, res) }));
  app.use('/customer-session', customerSession);
  return app;
}
