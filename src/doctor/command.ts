import { readCommandLine, USAGE, UsageError } from './arguments.js';
import { diagnose, ownPackage, type World } from './doctor.js';
import { type Look, makeReport, writeReport } from './report.js';

/** Where the command writes. */
export interface Terminal {
  /** The report. */
  out: (text: string) => void;
  /** Progress and errors. */
  err: (text: string) => void;
  look: Look;
}

/** 0: nothing to put right; 1: problems; 2: it could not run. */
export type ExitCode = 0 | 1 | 2;

/** Runs the command line; what it cannot read is told with the usage. */
export async function runCommand(
  argv: readonly string[],
  world: Omit<World, 'say'>,
  { out, err, look }: Terminal,
): Promise<ExitCode> {
  const { version } = ownPackage();
  try {
    const asked = readCommandLine(argv);
    if (asked === 'help' || asked === 'version') {
      out(asked === 'help' ? USAGE : `${version}\n`);
      return 0;
    }
    const { settings, json } = asked;
    const diagnosis = await diagnose(settings, { ...world, say: (progress) => err(`${progress}\n`) });
    const report = makeReport(diagnosis, settings, version);
    out(json ? `${JSON.stringify(report, null, 2)}\n` : `\n${writeReport(report, look)}`);
    return report.problems === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}
