import { isObject } from '../../core/values.js';
import { type FindingCode, found, good, type Outcome, unchecked } from '../findings.js';
import { findInstalled, type Installed, satisfies } from '../installed.js';

const NAME = 'express-stripe-customer-session';
// Those without which no router runs; the front end's are checked where they are installed.
const NEEDED = ['express', 'stripe'];

/** This Node.js against what the package supports. */
export function checkNode(version: string, own: Installed): Outcome[] {
  const { engines } = own.manifest;
  const range = isObject(engines) ? String(engines.node) : '>=20';
  if (!satisfies(version, range))
    return [found('node-too-old', `Node.js ${version}; supported is ${range}.`)];
  return [good(`Node.js ${version}`)];
}

/** The packages beside this one in the app's folder: there, in range, and one copy of each. */
export function checkPackages(folder: string): Outcome[] {
  const own = findInstalled(NAME, folder);
  if (own === undefined) {
    return [
      unchecked('Installed packages', `${NAME} is not installed here; run the doctor in the app's folder`),
    ];
  }
  const { peerDependencies } = own.manifest;
  const ranges = Object.entries(isObject(peerDependencies) ? peerDependencies : {});
  const peers = ranges.map(([name, range]) => ({
    name,
    range: String(range),
    apps: findInstalled(name, folder),
    ours: findInstalled(name, own.folder),
  }));
  const outcomes = [
    ...grouped('peer-missing', peers.map(whatIsMissing)),
    ...grouped('peer-out-of-range', peers.map(whatIsOutOfRange)),
    ...grouped('two-copies', peers.map(whatIsThereTwice)),
  ];
  const installed = peers.flatMap(({ name, ours }) =>
    ours === undefined ? [] : [`${name} ${ours.version}`],
  );
  return outcomes.length > 0 ? outcomes : [good(installed.join(', '))];
}

// One finding for all packages that it is true of.
function grouped(code: FindingCode, seen: ReadonlyArray<string | undefined>): Outcome[] {
  const sentences = seen.filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? [] : [found(code, sentences.join(' '))];
}

interface Peer {
  name: string;
  range: string;
  /** As the app finds it. */
  apps: Installed | undefined;
  /** As this package finds it. */
  ours: Installed | undefined;
}

function whatIsMissing({ name, ours }: Peer): string | undefined {
  return ours === undefined && NEEDED.includes(name) ? `${name} is not installed.` : undefined;
}

function whatIsOutOfRange({ name, range, ours }: Peer): string | undefined {
  if (ours === undefined || satisfies(ours.version, range)) return undefined;
  return `${name} ${ours.version} is installed; the range is ${range}.`;
}

function whatIsThereTwice({ name, apps, ours }: Peer): string | undefined {
  if (apps === undefined || ours === undefined || apps.folder === ours.folder) return undefined;
  return `The app uses ${name} ${apps.version}, and ${NAME} its own copy of ${ours.version}.`;
}
