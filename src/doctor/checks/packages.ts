import { isObject } from '../../core/values.js';
import { found, good, type Outcome, unchecked } from '../findings.js';
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
  const outcomes = peers.flatMap((peer) => [
    ...checkPresence(peer),
    ...checkRange(peer),
    ...checkCopies(peer),
  ]);
  const installed = peers.flatMap(({ name, ours }) =>
    ours === undefined ? [] : [`${name} ${ours.version}`],
  );
  return outcomes.length > 0 ? outcomes : [good(installed.join(', '))];
}

interface Peer {
  name: string;
  range: string;
  /** As the app finds it. */
  apps: Installed | undefined;
  /** As this package finds it. */
  ours: Installed | undefined;
}

function checkPresence({ name, ours }: Peer): Outcome[] {
  if (ours !== undefined || !NEEDED.includes(name)) return [];
  return [found('peer-missing', `${name} is not installed.`)];
}

function checkRange({ name, range, ours }: Peer): Outcome[] {
  if (ours === undefined || satisfies(ours.version, range)) return [];
  return [found('peer-out-of-range', `${name} ${ours.version} is installed; the range is ${range}.`)];
}

function checkCopies({ name, apps, ours }: Peer): Outcome[] {
  if (apps === undefined || ours === undefined || apps.folder === ours.folder) return [];
  return [
    found('two-copies', `The app uses ${name} ${apps.version}, and ${NAME} its own copy of ${ours.version}.`),
  ];
}
