import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Of the express that the suite runs on: jest.config.js gives each major a run of its own. */
export const expressVersion: string = JSON.parse(
  readFileSync(path.join(path.dirname(require.resolve('express')), 'package.json'), 'utf8'),
).version;
