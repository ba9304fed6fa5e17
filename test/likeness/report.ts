import { BEHAVIOURS } from './behaviours.js';
import type { Comparison, Finding } from './compare.js';

/** A target that was not asked, and why. */
export interface NotRun {
  readonly target: string;
  readonly why: string;
}

/** What Stripe does against who does it too, the differences one by one, and what could not be run. Markdown. */
export function report(comparisons: readonly Comparison[], notRun: readonly NotRun[]): string {
  const counts = comparisons.map(
    ({ findings }) => `${findings.filter(({ isSame }) => isSame).length} of ${findings.length}`,
  );
  const rows = BEHAVIOURS.map(({ subject, does }, row) => [
    `${subject}: ${does}`,
    ...comparisons.map(({ findings }) => (findings[row]?.isSame ? 'yes' : 'no')),
  ]);
  return [
    ...tableOf([
      ['Stripe does', ...comparisons.map(({ target }) => target)],
      ...rows,
      ['as Stripe', ...counts],
    ]),
    ...comparisons.flatMap(differences),
    ...(notRun.length > 0 ? ['', '## Not run', ''] : []),
    ...notRun.map(({ target, why }) => `- ${target}: ${why}.`),
    '',
  ].join('\n');
}

function differences({ target, findings, left }: Comparison): string[] {
  const different = findings.filter(({ isSame }) => !isSame);
  const leftovers = left.length === 0 ? [] : ['', `Customers that could not be deleted: ${left.join(', ')}.`];
  if (different.length === 0) return leftovers;
  return ['', `## What ${target} does otherwise`, '', ...different.flatMap(lines), ...leftovers];
}

function lines({ subject, does, stripe, observed }: Finding): string[] {
  return [`- ${subject}: ${does}`, `  - Stripe: ${code(stripe)}`, `  - here: ${code(observed)}`];
}

function tableOf(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const format = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [format(head), format(widths.map((width) => '-'.repeat(width))), ...body.map(format)];
}

function code(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return `\`${text.length > 160 ? `${text.slice(0, 159)}…` : text}\``;
}
