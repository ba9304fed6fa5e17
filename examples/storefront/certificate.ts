import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

const MONTH_MS = 30 * 24 * 60 * 60_000;

/**
 * A certificate for localhost, made once and kept in `folder`, so that a browser warns of it once and not after each
 * start. A pair made by `mkcert`, put there under the same two names, is used as it is, without any warning.
 */
export async function keptCertificate(folder: string): Promise<Certificate> {
  const files = { key: path.join(folder, 'localhost-key.pem'), cert: path.join(folder, 'localhost.pem') };
  const kept = await read(files);
  if (kept !== undefined) return kept;
  const made = await localCertificate();
  await mkdir(folder, { recursive: true });
  await writeFile(files.key, made.key, { mode: 0o600 });
  await writeFile(files.cert, made.cert);
  return made;
}

async function read(files: Certificate): Promise<Certificate | undefined> {
  try {
    const [key, cert] = await Promise.all([readFile(files.key, 'utf8'), readFile(files.cert, 'utf8')]);
    return Date.parse(new X509Certificate(cert).validTo) - Date.now() > MONTH_MS ? { key, cert } : undefined;
  } catch {
    // None yet, or none that can be read: another one is made.
    return undefined;
  }
}

/** A certificate for localhost, made now. */
export async function localCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key, cert };
}
