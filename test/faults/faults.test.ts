import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { faultModes, isSurvivedByAnyClient, STATUS } from '../support/fault-modes.js';
import { CANARIES, findLeaks } from './report.js';
import { type ModesResult, runModes } from './run-modes.js';

const NAMES = faultModes.map(({ name }) => name);
const SURVIVED = faultModes.filter(isSurvivedByAnyClient).map(({ name }) => name);
// They mostly wait: a mode that hangs for its time-out, stripe-node's own client for that twice.
const PROCESSES = 3;
const results = new Map<4 | 5, ModesResult>();
let ofHostClient: ModesResult;

beforeAll(async () => {
  const runs = ([5, 4] as const).map(async (express) => {
    results.set(express, await runInShares({ client: 'own', express, modes: NAMES }));
  });
  ofHostClient = await runInShares({ client: 'host', express: 5, modes: SURVIVED });
  await Promise.all(runs);
}, 300_000);

async function runInShares(run: Parameters<typeof runModes>[0]): Promise<ModesResult> {
  const shares = Array.from({ length: PROCESSES }, (_, share) =>
    run.modes.filter((_mode, index) => index % PROCESSES === share),
  );
  const parts = await Promise.all(shares.map((modes) => runModes({ ...run, modes })));
  return {
    reports: new Map(parts.flatMap(({ reports }) => [...reports])),
    crashed: parts.flatMap(({ crashed }) => crashed),
    output: parts.map(({ output }) => output).join(''),
  };
}

describe.each([5, 4] as const)('the router over createStripe, Express %i', (express) => {
  let result: ModesResult;
  beforeAll(() => {
    result = results.get(express) ?? { reports: new Map(), crashed: ['all'], output: '' };
  });

  it('H11 no mode crashes the process', () => {
    expect(result.crashed).toEqual([]);
    expect(result.reports.size).toBe(NAMES.length);
    expect(NAMES.length).toBeGreaterThanOrEqual(48);
  });

  it.each(faultModes.map(({ name, expected }) => [name, expected] as const))(
    'H11 %s is %s',
    (name, expected) => {
      const report = result.reports.get(name);
      expect({ mode: name, code: report?.code, status: report?.status }).toEqual({
        mode: name,
        code: expected,
        status: STATUS[expected],
      });
      expect(report).toMatchObject({ events: 1, slotFree: true, socketsLeft: 0, rejected: 0 });
      expect(report?.requests).toBeLessThanOrEqual(2);
      expect(report?.keys).toBeLessThanOrEqual(1);
    },
  );

  it('nothing that can be seen or printed holds the secret, the key or the cookie', () => {
    expect(result.output).toContain('stripe_unavailable');
    expect(result.output.length).toBeGreaterThan(10_000);
    expect(result.output).toContain('"msg":"customer session"');
    expect(findLeaks(result.output)).toEqual([]);
  });
});

// stripe-node's own errors and answers hold what it was sent and what came back: the router must not hand them on.
describe("the router over a client of the host's own", () => {
  it('nothing that can be seen or printed holds the secret, the key or the cookie', () => {
    const { crashed, reports, output } = ofHostClient;
    expect(crashed).toEqual([]);
    expect(reports.size).toBe(SURVIVED.length);
    for (const told of ['stripe_unavailable', 'stripe_mismatch', 'ESCS_OWN_TRANSPORT']) {
      expect(output).toContain(told);
    }
    expect(findLeaks(output)).toEqual([]);
  });
});

describe('the scan', () => {
  it('finds each canary, in each encoding', () => {
    for (const [name, canary] of Object.entries(CANARIES)) {
      const forms = [
        canary,
        encodeURIComponent(canary),
        Buffer.from(canary).toString('base64'),
        Buffer.from(canary).toString('base64url'),
        Buffer.from(canary).toString('hex'),
        Buffer.from(`Basic x:${canary}:y`).toString('base64'),
      ];
      for (const form of forms) expect(findLeaks(`before ${form} after`)).toEqual([name]);
    }
    expect(findLeaks('nothing here')).toEqual([]);
  });

  it("finds a build that hands Stripe's error on", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'leaky-'));
    try {
      const root = path.join(__dirname, '../..');
      cpSync(path.join(root, 'dist'), path.join(folder, 'dist'), { recursive: true });
      symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
      const file = path.join(folder, 'dist/stripe/create-session.js');
      const careful = readFileSync(file, 'utf8');
      const leaky = careful.replace(
        '(0, failures_js_1.problemFromStripe)(error)',
        '(console.error(error), $&)',
      );
      expect(leaky).not.toBe(careful);
      writeFileSync(file, leaky);
      const modes = ['200 with truncated JSON until close'];
      const { output } = await runModes({
        client: 'host',
        express: 5,
        modes,
        library: path.join(folder, 'dist/index.js'),
      });
      expect(findLeaks(output)).toContain('secret');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
