import { isWatched } from './groups.mjs';

/** What is kept of a group's run, file by file: counts, and for the files that matter most each change that was not caught. */
export function summaryOf({ files }) {
  return Object.entries(files).map(([file, { source, mutants }]) => {
    const having = (...wanted) => mutants.filter(({ status }) => wanted.includes(status));
    const left = having('Survived', 'NoCoverage').map((mutant) => told(source, mutant));
    return {
      file,
      caught: having('Killed', 'Timeout').length,
      survived: having('Survived').length,
      unreached: having('NoCoverage').length,
      ...(isWatched(file) ? { left } : {}),
    };
  });
}

function told(source, { location: { start, end }, replacement }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const [at] = lines;
  lines.push(lines.pop().slice(0, end.column - 1));
  const original = lines
    .join('\n')
    .slice(start.column - 1)
    .replaceAll(/\s+/g, ' ');
  return { line: start.line, at: at.trim(), original, replacement };
}
