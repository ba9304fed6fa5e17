import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

const NAMES = ['localhost', 'shop.example', 'sibling.shop.example', 'evil.example'];

let made: Promise<Certificate> | undefined;

/** A certificate for localhost and the names that the suite uses; made once per process. */
export function localCertificate(): Promise<Certificate> {
  made ??= certificateFor(NAMES, '127.0.0.1');
  return made;
}

/** A certificate of its own authority, for these names and addresses alone. */
export async function certificateFor(names: readonly string[], ...addresses: string[]): Promise<Certificate> {
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
