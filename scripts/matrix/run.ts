// `npm run matrix`: installs the packed tarball beside every supported major of stripe-node, Express and the rest, and
// uses it there. It takes long and needs the npm registry, so `npm test` runs only the newest of each. What is proved
// here is what `peerDependencies` and `engines` may promise; docs/compatibility.md gets the result and its date.
// `npm run matrix -- '^Node.js|stripe 23'` runs some of its rows.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installConsumer, makeFolder, type Outcome, pack } from '../../test/package/support/consumer.js';
import { localCertificate } from '../../test/support/certificate.js';
import { type Proof, writePage } from './page.js';
import { type Checks, type Row, reactRows, runtimeRows, SERVER, serverRows, typeScriptRows } from './rows.js';
import { pageBundlerRows, serverBundlerRows, testRunnerRows } from './tool-rows.js';

const ONLY = new RegExp(process.argv[2] ?? '');
const { folder, remove } = makeFolder();

async function main(): Promise<void> {
  const { tarball } = await pack(folder);
  const all = [
    ...(await serverRows(folder)),
    ...runtimeRows(),
    ...typeScriptRows(),
    ...reactRows(),
    ...pageBundlerRows(),
    ...serverBundlerRows(),
    ...testRunnerRows(folder),
  ];
  const chosen = all.filter(({ name }) => ONLY.test(name));
  const proofs: Proof[] = [];
  let failures = 0;
  for (const [index, row] of chosen.entries()) {
    const { outcomes, versions } = await outcomesOf(row, tarball);
    const failed = Object.entries(outcomes).filter(([, { code }]) => code !== 0);
    failures += failed.length;
    const proof = { ...row, versions, ran: ranIn(outcomes), result: resultOf(outcomes) };
    proofs.push(proof);
    say(`${index + 1}/${chosen.length}  ${row.name} (${versions}): ${proof.ran}: ${proof.result}`);
    for (const [check, { output }] of failed) say(`\n${check}:\n${output.slice(0, 3_000)}\n`);
    // What has been run is kept, whatever comes after it.
    writePage(proofs, all);
  }
  remove();
  say(failures === 0 ? 'All of it holds.' : `${failures} do not hold.`);
  process.exitCode = failures === 0 ? 0 : 1;
}

async function outcomesOf(row: Row, tarball: string): Promise<{ outcomes: Checks; versions: string }> {
  const projects: string[] = [];
  const versions = new Map(row.packages.map((name) => [name, new Set<string>()] as const));
  async function install(dependencies: Readonly<Record<string, string>>): Promise<string> {
    const project = path.join(folder, `project-${projects.length}`);
    projects.push(project);
    await installConsumer(project, tarball, { ...SERVER, ...dependencies });
    for (const [name, found] of versions) found.add(versionOf(project, name));
    const { key, cert } = await localCertificate();
    writeFileSync(path.join(project, 'key.pem'), key);
    writeFileSync(path.join(project, 'cert.pem'), cert);
    return project;
  }
  let outcomes: Checks;
  try {
    outcomes = await row.checks(install);
  } catch (error) {
    outcomes = { install: { code: 1, output: String(error) } };
  } finally {
    for (const project of projects) rmSync(project, { recursive: true, force: true });
  }
  const named = [...versions].map(([name, found]) => `${shortName(name)} ${[...found].join(' and ')}`);
  return { outcomes, versions: named.join(', ') };
}

function versionOf(project: string, name: string): string {
  const file = path.join(project, 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version.replace(/^v/, '');
}

function shortName(name: string): string {
  return name.replace(/^@(stripe|oven)\//, '').replace(/^@?([a-z]+)[-/]linux-x64.*/, '$1');
}

// "types (bundler)" and "types (nodenext)" are one word in the table, and so are the Expresses beside a stripe-node.
function ranIn(outcomes: Checks): string {
  const kinds = Object.keys(outcomes).map((check) =>
    check.replace(/ \(.*?\)/, '').replace(/, Express.*/, ''),
  );
  return [...new Set(kinds)].join(', ');
}

function resultOf(outcomes: Checks): string {
  const named = (test: (outcome: Outcome) => boolean) =>
    Object.entries(outcomes)
      .filter(([, outcome]) => test(outcome))
      .map(([check]) => check);
  const failed = named(({ code }) => code !== 0);
  if (failed.length > 0) return `does not hold: ${failed.join('; ')}`;
  const lenient = named(({ output }) => output === 'skipLibCheck');
  return lenient.length > 0 ? `holds, with skipLibCheck for ${lenient.length} of its types` : 'holds';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void main();
