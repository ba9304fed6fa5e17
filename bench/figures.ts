import { fixed } from './stats.js';

/** One line of the table. */
export interface Figure {
  scenario: string;
  measure: string;
  ours: number;
  /** What the guide's route does in the same run, where that can be said. */
  guide?: number;
  /** At most this. `undefined`: told for comparison. */
  goal?: number;
  /** The middle half of the rounds. */
  spread?: string;
}

export function isMissed({ ours, goal }: Figure): boolean {
  return goal !== undefined && !(ours <= goal);
}

/** A Markdown table for a person to read. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.scenario,
    figure.measure,
    figure.goal === undefined ? '' : `≤ ${figure.goal}`,
    fixed(figure.ours) + (figure.spread ? ` (${figure.spread})` : ''),
    figure.guide === undefined ? '' : fixed(figure.guide),
    figure.goal === undefined ? '' : isMissed(figure) ? 'MISSED' : 'met',
  ]);
  const lines = [
    ['scenario', 'measure', 'goal', 'ours (middle half)', 'guide', ''],
    ['---', '---', '---', '---', '---', '---'],
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
