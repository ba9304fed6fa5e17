import type { Response } from 'express';
import type { AnswerFormat } from './core/problem.js';
import type { Session } from './stripe/create-session.js';

/** H13: exactly the format's members, from validated primitives, with an exact length and no ETag. */
export function answerSession(res: Response, session: Session, format: AnswerFormat): void {
  const body = Buffer.from(JSON.stringify(membersOf(session, format)));
  res.statusCode = 200;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', body.length);
  res.end(body);
}

function membersOf({ clientSecret, expiresAt, customer }: Session, format: AnswerFormat): object {
  switch (format) {
    case 'web':
      return { client_secret: clientSecret, expires_at: expiresAt };
    case 'mobile':
      return { customerId: customer, clientSecret, expiresAt };
    case 'billing-sdk':
      return { clientSecret, expiresAt, customer };
  }
}

/** H14: nothing is written to a connection that is gone, nor after someone else's answer. */
export function clientHasLeft(res: Response): boolean {
  return res.destroyed || res.headersSent || res.socket?.destroyed === true;
}
