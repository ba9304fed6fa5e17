import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import path from 'node:path';
import type { Express } from 'express';

/** Serves over TLS with the files that `mkcert localhost` writes into `folder`. */
export function listenOverTls(app: Express, port = 3000, folder = '.'): Server {
  const key = readFileSync(path.join(folder, 'localhost-key.pem'));
  const cert = readFileSync(path.join(folder, 'localhost.pem'));
  return createServer({ key, cert }, app).listen(port);
}
