import os from 'node:os';
import { groups } from './groups.mjs';
import { reasonOf } from './survivors.mjs';

/** The text of docs/proof/mutation.md, of what docs/proof/mutation.json keeps of the groups' last runs. */
export function pageOf(kept) {
  const ran = Object.keys(groups).filter((name) => kept[name] !== undefined);
  const missing = Object.keys(groups).filter((name) => kept[name] === undefined);
  const files = ran.flatMap((name) => kept[name].files.map((file) => ({ ...file, ...kept[name] })));
  const all = {
    caught: sum(files, 'caught'),
    survived: sum(files, 'survived'),
    unreached: sum(files, 'unreached'),
  };
  return [
    '# Mutations',
    '',
    'Written by `npm run test:mutation`: Stryker changes `src` in one place at a time, in each way it knows, and runs the tests of the',
    "file's group (`scripts/mutation/groups.mjs`). A change is caught when one of them fails, or when it never ends. The emulator and what",
    'else is in `src/testing` is left out. Tests that start a process of their own from `dist` cannot see a change, and take no part.',
    '',
    `**${all.caught} of ${totalOf(all)} changes were caught: ${shareOf(all)}.** Node.js ${process.versions.node}, ${os.availableParallelism()} cores.`,
    ...(missing.length > 0 ? [`**Not run yet:** ${missing.map((name) => `\`${name}\``).join(', ')}.`] : []),
    '',
    '| file | changes | caught | not caught | no test reaches it | share | when, of which commit |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...files.map(rowOf),
    '',
    ...survivorsOf(files),
  ].join('\n');
}

function rowOf(file) {
  const { caught, survived, unreached, date, commit } = file;
  return `| \`${file.file}\` | ${totalOf(file)} | ${caught} | ${survived} | ${unreached} | ${shareOf(file)} | ${date}, ${commit} |`;
}

function survivorsOf(files) {
  const survivors = files.flatMap(({ file, left = [] }) => left.map((mutant) => ({ file, ...mutant })));
  return [
    '## What was not caught where it would matter most',
    '',
    'In the files that decide who gets what, each change that no test notices is here, with the reason why no request could tell.',
    '',
    '| where | change | why nobody could tell |',
    '| --- | --- | --- |',
    ...survivors.map((survivor) => {
      const { file, line, original, replacement } = survivor;
      const change = `${code(original)} → ${code(replacement)}`;
      return `| \`${file}:${line}\` | ${change} | ${reasonOf(survivor) ?? '**not shown**'} |`;
    }),
    '',
  ];
}

function totalOf({ caught, survived, unreached }) {
  return caught + survived + unreached;
}

function shareOf(counts) {
  const total = totalOf(counts);
  return total === 0 ? '-' : `${((100 * counts.caught) / total).toFixed(1)} %`;
}

function sum(rows, member) {
  return rows.reduce((total, row) => total + row[member], 0);
}

// As code, a text needs no escape but for what ends a cell or the code itself.
function code(text) {
  const plain = text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
  return plain === '' ? 'nothing' : `\`${plain}\``;
}
