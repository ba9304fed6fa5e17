import type { Request } from 'express';
import type { CustomerSessionEvent } from 'express-stripe-customer-session';
import { type DestinationStream, type Logger, pino } from 'pino';

/** pino's own request serializer logs all headers: cookies and tokens have to be named. */
export function createLogger(destination: DestinationStream): Logger {
  const { req, err } = pino.stdSerializers;
  const redact = ['req.headers.cookie', 'req.headers.authorization'];
  return pino({ serializers: { req, err }, redact }, destination);
}

/** Pass it as `onEvent`: a line for each request. */
export function logSessions(logger: Logger) {
  return ({ error, ...event }: CustomerSessionEvent, req: Request): void => {
    const level = event.status >= 500 ? 'error' : event.status >= 400 ? 'warn' : 'info';
    logger[level]({ event, req, err: error }, 'customer session');
  };
}
