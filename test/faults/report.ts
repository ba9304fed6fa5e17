/** What is planted, to be found by the scan wherever it leaks. The secret is the bad upstream's. */
export const CANARIES = {
  key: 'sk_test_canary_of_the_api_key',
  cookie: 'canary_of_the_cookie',
  secret: 'cuss_secret_canary_of_the_bad_upstream',
} as const;

export interface FaultRun {
  /** Where the library is loaded from: its name, or a copy of its build. */
  library: string;
  client: 'own' | 'host';
  express: 4 | 5;
  modes: string[];
  reportFile: string;
  seenFile: string;
}

export interface FaultReport {
  mode: string;
  status: number;
  /** The code of the refusal, or `ok`. */
  code: string;
  events: number;
  requests: number;
  keys: number;
  slotFree?: boolean;
  socketsLeft?: number;
  /** Unhandled rejections while it ran. */
  rejected?: number;
}

/** The canaries that stand in `text`, plain or in a usual encoding. */
export function findLeaks(text: string): string[] {
  return Object.entries(CANARIES).flatMap(([name, canary]) =>
    encodingsOf(canary).some((encoded) => text.includes(encoded)) ? [name] : [],
  );
}

// base64 of a text inside another depends on where it begins: the three alignments, without their uneven ends.
function encodingsOf(canary: string): string[] {
  const base64 = [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(canary)]);
    const inner = bytes.toString('base64').slice(shift === 0 ? 0 : 4, -4);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const url = encodeURIComponent(canary);
  const everyByte = [...Buffer.from(canary)].map((byte) => `%${byte.toString(16)}`).join('');
  return [canary, url, everyByte, Buffer.from(canary).toString('hex'), ...base64];
}
