// `npm run test:world`: installs the packed tarball beside the agents, mocks and proxies that its users run it with, and
// shows what each of them sees. `npm run test:world -- 'nock|Node 24'` runs some of the cases.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, mustRun, NAME, nodeOf, pack, ROOT, run } from '../package/support/consumer.js';
import { SHOPS, type ShopCase, SUITES, type SuiteCase } from './cases.js';
import { openPlaces } from './support/places.js';
import { PROCESSES, startShop } from './support/shop-process.js';
import { inTurn, shopper, together } from './support/shoppers.js';
import { listenOnPort80, type Stray } from './support/witnesses.js';

const HERE = path.join(ROOT, 'test/world');
const AT_ONCE = 2;
const NPM_QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
const ONLY = new RegExp(process.argv[2] ?? '');

type Result = 'passed' | 'failed' | 'skipped';
const counts: Record<Result, number> = { passed: 0, failed: 0, skipped: 0 };

async function main(): Promise<void> {
  const todo = [...SHOPS, ...SUITES]
    .flatMap((one) => one.nodes.map((line) => ({ one, line })))
    .filter(({ one, line }) => ONLY.test(`${one.name} · Node ${line}`));
  say('Installing the packages of test/world …');
  await install();
  const nodes = new Map<string, string>();
  for (const line of new Set(todo.map((each) => each.line))) nodes.set(line, await nodeOf(line, HERE));
  const port80 = await listenOnPort80();
  say(`Running ${todo.length} cases, ${AT_ONCE} at a time.`);
  const next = async (): Promise<void> => {
    for (let each = todo.shift(); each; each = todo.shift()) {
      const node = nodes.get(each.line) ?? process.execPath;
      await row(`${each.one.name} · Node ${each.line}`, () =>
        'suite' in each.one ? runSuite(each.one, node) : runShop(each.one, node, port80),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  await tellOfPort80(port80);
  port80.close();
  finish();
}

// A first install takes a minute or two; the next finds what the lock file says.
async function install(): Promise<void> {
  const lock = readFileSync(path.join(HERE, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(HERE, 'node_modules/.world');
  const installed = readOr(stamp) === hash;
  if (!installed) await mustRun('npm', ['ci', ...NPM_QUIET], HERE);
  const { folder, remove } = makeFolder();
  const { tarball } = await pack(folder);
  rmSync(path.join(HERE, 'node_modules', NAME), { recursive: true, force: true });
  await mustRun('npm', ['install', '--no-save', ...NPM_QUIET, tarball], HERE);
  remove();
  writeFileSync(stamp, hash);
}

async function runShop(shop: ShopCase, node: string, port80: Stray): Promise<string> {
  const places = await openPlaces();
  try {
    const shoppers = Array.from({ length: shop.shoppers }, (_, index) => shopper(index + 1));
    for (const { customer } of shoppers) places.stripe.addCustomer({ id: customer });
    const process = await startShop(node, shop.script, {
      execArgv: shop.execArgv ?? [],
      env: {
        ...places.env,
        ...shop.env,
        ...(shop.machineTrusts ? { NODE_EXTRA_CA_CERTS: places.caFile } : {}),
      },
    });
    if (shop.readyWith !== undefined) await places.backend.seen(shop.readyWith);
    const served = [
      ...(await inTurn(process.port, shoppers.slice(0, 3))),
      ...(await together(process.port, shoppers.slice(3))),
    ];
    const report = await process.report();
    return shop.judge({ places, served, report, port80: port80.text(), output: process.output() });
  } finally {
    await places.close();
  }
}

async function runSuite({ suite }: SuiteCase, node: string): Promise<string> {
  const { code, output } = await run(node, suite, PROCESSES);
  if (code !== 0) throw new Error(output.trim());
  return 'the mock was used once, no connection';
}

async function tellOfPort80(port80: Stray): Promise<void> {
  const name = 'localhost:80 is never asked';
  if (port80.skipped !== undefined) return tell('skipped', name, port80.skipped);
  await row(name, async () => {
    const asked = port80.connections();
    if (asked > 0) throw new Error(`${asked} connections: ${port80.text().slice(0, 200)}`);
    return 'no connection';
  });
}

async function row(name: string, work: () => Promise<string>): Promise<void> {
  try {
    tell('passed', name, await work());
  } catch (error) {
    tell('failed', name, error instanceof Error ? error.message : String(error));
  }
}

function tell(result: Result, name: string, evidence: string): void {
  counts[result] += 1;
  const [subject, node = '-'] = name.split(' · Node ');
  say(
    `${result === 'failed' ? 'FAILED ' : result.padEnd(7)} · ${subject} · ${node} · ${evidence.slice(0, 800)}`,
  );
}

function finish(): void {
  const { passed, failed, skipped } = counts;
  mkdirSync(path.join(ROOT, 'reports'), { recursive: true });
  writeFileSync(path.join(ROOT, 'reports/world.json'), JSON.stringify(counts));
  say(`Of ${passed + failed + skipped} cases ${passed} hold, ${failed} do not, ${skipped} could not be run.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function readOr(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
