import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
}

const NAMES = ['localhost', 'shop.example', 'sibling.shop.example', 'evil.example'];
// Jest has no memory from one file to the next, and making one takes longer than most tests.
const KEPT = path.join(__dirname, '../../node_modules/.cache', `certificate-of-${NAMES.join('-')}.json`);
const DAY_MS = 86_400_000;

let made: Promise<Certificate> | undefined;

/** A certificate for localhost and the names that the suite uses; made once a day. */
export function localCertificate(): Promise<Certificate> {
  made ??= keptOrNew();
  return made;
}

async function keptOrNew(): Promise<Certificate> {
  try {
    if (Date.now() - statSync(KEPT).mtimeMs < DAY_MS) return JSON.parse(readFileSync(KEPT, 'utf8'));
  } catch {
    // There is none yet.
  }
  const certificate = await certificateFor(NAMES, '127.0.0.1');
  mkdirSync(path.dirname(KEPT), { recursive: true });
  // Another process reads it whole or not at all.
  const own = `${KEPT}.${process.pid}`;
  writeFileSync(own, JSON.stringify(certificate), { mode: 0o600 });
  renameSync(own, KEPT);
  return certificate;
}

/** A certificate of its own authority, for these names and addresses alone. */
export async function certificateFor(names: readonly string[], ...addresses: string[]): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key, cert };
}
