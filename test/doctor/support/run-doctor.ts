import type { LookupFunction } from 'node:net';
import { runCommand } from '../../../src/doctor/command.js';
import type { World } from '../../../src/doctor/doctor.js';
import type { Report } from '../../../src/doctor/report.js';
import { localCertificate } from '../../support/certificate.js';

/** Part of every secret that these tests hand to the doctor: nothing that it prints may have it. */
export const CANARY = 'canary';
/** A key that Stripe would take for one of test mode. */
export const KEY = `sk_test_${CANARY}0000000000000000`;

export interface Run {
  code: number;
  report: Report;
  /** The codes of the findings, problems first. */
  codes: string[];
  /** What the doctor wrote to stderr. */
  progress: string;
}

/** Runs the command in this process with `--json`; every name leads to this machine. */
export async function runDoctor(args: readonly string[], world: Partial<World> = {}): Promise<Run> {
  const { code, out, err } = await runText(['doctor', '--json', ...args], world);
  const report = JSON.parse(out) as Report;
  return { code, report, codes: report.findings.map((finding) => finding.code), progress: err };
}

/** Runs the command as typed; fails where it printed a secret. */
export async function runText(
  argv: readonly string[],
  world: Partial<World> = {},
): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const { cert } = await localCertificate();
  const code = await runCommand(
    argv,
    { env: {}, folder: '/', connecting: { ca: cert, lookup: toThisMachine }, ...world },
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      look: { columns: 80, colour: false },
    },
  );
  expect(`${out}${err}`).not.toContain(CANARY);
  expect(`${out}${err}`).not.toMatch(/cuss_secret/);
  return { code, out, err };
}

const toThisMachine: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};
