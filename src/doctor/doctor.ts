import path from 'node:path';
import type { Settings } from './arguments.js';
import { Asker, type Connecting } from './ask.js';
import type { SavedMethod } from './checks/customer.js';
import { checkCaching, checkHsts, checkSecurityHeaders } from './checks/headers.js';
import { checkNode, checkPackages } from './checks/packages.js';
import {
  checkCors,
  checkLatency,
  checkMethods,
  checkOrigins,
  checkPlainHttp,
  checkSignedOut,
  checkWhoAnswers,
} from './checks/route.js';
import { checkClock, checkFreshness, checkSession, checkSessionLatency } from './checks/signed-in.js';
import { type Outcome, unchecked } from './findings.js';
import { findInstalled, type Installed, readPackage } from './installed.js';
import { type Visit, Visitor } from './visit.js';

/** What the doctor runs in. */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  /** The folder of the app. */
  folder: string;
  /** Told what is being done, a line at a time. */
  say: (progress: string) => void;
  connecting?: Connecting;
}

export interface Diagnosis {
  outcomes: Outcome[];
  /** With `--customer`. */
  methods?: SavedMethod[];
}

/** What the route is looked at for, in the order of the report. */
const ROUTE_CHECKS: ReadonlyArray<(visit: Visit) => Outcome[]> = [
  checkWhoAnswers,
  checkSignedOut,
  checkMethods,
  checkOrigins,
  checkCors,
  checkPlainHttp,
  checkHsts,
  checkSession,
  checkFreshness,
  checkCaching,
  checkSecurityHeaders,
  checkClock,
  checkLatency,
  checkSessionLatency,
];

/** Examines the packages, the key, the route and the customer, as far as the settings name them. */
export async function diagnose(settings: Settings, world: World): Promise<Diagnosis> {
  world.say('Looking at the installed packages …');
  const packages = [...checkNode(process.versions.node, ownPackage()), ...checkPackages(world.folder)];
  const { outcomes, ...customer } = await examineStripe(settings, world);
  return { ...customer, outcomes: [...packages, ...outcomes, ...(await examineRoute(settings, world))] };
}

/** This package's own manifest, from `dist` as from `src`. */
export function ownPackage(): Installed {
  const own = readPackage(path.join(__dirname, '..', '..'));
  if (own === undefined) throw new Error('The package has lost its package.json.');
  return own;
}

// stripe-node is loaded here and not before: without it the doctor still says that it is missing.
async function examineStripe(settings: Settings, world: World): Promise<Diagnosis> {
  if (findInstalled('stripe', __dirname) === undefined) {
    return { outcomes: [unchecked('The key and Stripe', 'stripe is not installed')] };
  }
  const { examineAccount } = await import('./checks/account.js');
  return examineAccount(settings, world);
}

async function examineRoute(settings: Settings, { say, connecting = {} }: World): Promise<Outcome[]> {
  if (settings.url === undefined) return [unchecked('The route from outside', 'needs --url https://…')];
  const asker = new Asker(connecting);
  try {
    const visit = await new Visitor(asker, settings.url).visit(settings.headers, say);
    return ROUTE_CHECKS.flatMap((check) => check(visit));
  } finally {
    asker.close();
  }
}
