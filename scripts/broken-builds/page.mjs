import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../packed.mjs';

const SHOWN = 3;

/** Writes docs/proof/broken-builds.md from what a whole run gave. */
export function writePage(outcomes, { commit, minutes }) {
  const caught = outcomes.filter(({ failing }) => failing.length > 0).length;
  const page = path.join(root, 'docs/proof/broken-builds.md');
  const lines = [
    '# Broken on purpose',
    '',
    'Written by `npm run test:broken`: each mistake is made in a copy of the package, one at a time, and the tests that should notice',
    'are run. A mistake is caught when a test fails that passes without it; a suite that can no longer be loaded, or in which nothing',
    'passes, counts as not caught. Of the tests that fail, those that carry the id of the rule come first.',
    '',
    `${caught} of ${outcomes.length} mistakes were caught. ${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node.js ${process.versions.node}, ${Math.ceil(minutes)} minutes.`,
    '',
    '| rule | mistake | how | tests that fail | the first of them |',
    '| --- | --- | --- | --- | --- |',
    ...outcomes.map(rowOf),
    '',
  ];
  mkdirSync(path.dirname(page), { recursive: true });
  writeFileSync(page, lines.join('\n'));
}

function rowOf({ mistake, failing, why = 'every test passes' }) {
  const { rule, name, how, file } = mistake;
  const shown = failing.slice(0, SHOWN).map((test) => `${code(test.file)} ${code(test.name)}`);
  const tests = failing.length === 0 ? `**not caught**: ${why}` : shown.join('<br>');
  return `| ${rule} | ${name} | ${code(file)}: ${how} | ${failing.length} | ${tests} |`;
}

// As code, names of tests need no escape but for what ends a cell or the code itself.
function code(text) {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\``;
}
