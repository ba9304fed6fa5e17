import { styleText } from 'node:util';
import { withoutQuery } from './answers.js';
import type { Settings } from './arguments.js';
import type { SavedMethod } from './checks/customer.js';
import type { Diagnosis } from './doctor.js';
import { type Finding, findingOf } from './findings.js';

/** What the doctor says, as `--json` prints it. */
export interface Report {
  version: string;
  /** Without a query. */
  url?: string;
  problems: number;
  advice: number;
  /** Problems first. */
  findings: Finding[];
  good: string[];
  notChecked: { what: string; why: string }[];
  /** With `--customer`. */
  savedPaymentMethods?: SavedMethod[];
}

export interface Look {
  /** At most 80. */
  columns: number;
  colour: boolean;
}

export function makeReport({ outcomes, methods }: Diagnosis, { url }: Settings, version: string): Report {
  const findings = outcomes.filter((outcome) => outcome.kind === 'found').map(findingOf);
  const problems = findings.filter(({ level }) => level === 'problem');
  const advice = findings.filter(({ level }) => level === 'advice');
  return {
    version,
    ...(url === undefined ? {} : { url: withoutQuery(url).href }),
    problems: problems.length,
    advice: advice.length,
    findings: [...problems, ...advice],
    good: outcomes.flatMap((outcome) => (outcome.kind === 'good' ? [outcome.text] : [])),
    notChecked: outcomes.flatMap((outcome) =>
      outcome.kind === 'unchecked' ? [{ what: outcome.what, why: outcome.why }] : [],
    ),
    ...(methods === undefined ? {} : { savedPaymentMethods: methods }),
  };
}

/** The report as it is read on a terminal. */
export function writeReport(report: Report, look: Look): string {
  const page = new Page(look);
  const { version, url, findings, savedPaymentMethods: methods, good, notChecked } = report;
  page.heading(`express-stripe-customer-session ${version}: doctor`);
  if (url !== undefined) page.text(url, 0);
  const sections = { 'To put right': 'problem', 'To consider': 'advice' } as const;
  for (const [title, level] of Object.entries(sections)) {
    page.section(
      title,
      findings.filter((finding) => finding.level === level),
      (finding, index) => {
        page.finding(finding, index + 1);
      },
    );
  }
  page.section('Saved payment methods', methods ?? [], (method) => {
    page.text(`${method.shown ? 'shown ' : 'hidden'}  ${method.label}: ${method.why}`, 2, 10);
  });
  page.section('In order', good, (text) => page.text(`- ${text}`, 2, 4));
  page.section('Not checked', notChecked, ({ what, why }) => page.text(`- ${what}: ${why}`, 2, 4));
  page.text('', 0);
  page.text(summary(report), 0);
  if (findings.length > 0) page.text('The pages are in node_modules/express-stripe-customer-session.', 0);
  return page.end();
}

function summary({ problems, advice }: Report): string {
  if (problems + advice === 0) return 'Nothing to put right.';
  return `${count(problems, 'problem')}, ${count(advice, 'suggestion')}.`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

// Lines of a width, in colour or not.
class Page {
  readonly #look: Look;
  readonly #lines: string[] = [];

  constructor(look: Look) {
    this.#look = look;
  }

  heading(text: string): void {
    this.#lines.push(this.#styled('bold', text));
  }

  section<Item>(title: string, items: readonly Item[], write: (item: Item, index: number) => void): void {
    if (items.length === 0) return;
    this.#lines.push('');
    this.heading(title);
    items.forEach(write);
  }

  finding({ level, title, seen, fix, docs }: Finding, number: number): void {
    const [first = '', ...more] = wrap(`${number}. ${title}`, { width: this.#width(), from: 2, next: 5 });
    for (const line of [first, ...more])
      this.#lines.push(this.#styled(level === 'problem' ? 'red' : 'yellow', line));
    this.text(`Seen: ${seen}`, 5, 11);
    this.text(`Fix:  ${fix}`, 5, 11);
    this.text(`Page: ${docs}`, 5, 11);
  }

  text(text: string, from: number, next = from): void {
    this.#lines.push(...wrap(text, { width: this.#width(), from, next }));
  }

  end(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #width(): number {
    return Math.max(40, Math.min(80, this.#look.columns));
  }

  #styled(format: 'bold' | 'red' | 'yellow', text: string): string {
    // Whether there are colours was looked at by the caller; here stdout may be anything.
    return this.#look.colour ? styleText(format, text, { validateStream: false }) : text;
  }
}

/** Breaks a text at its spaces; the first line is indented by `from`, the others by `next`. */
function wrap(text: string, { width, from, next }: { width: number; from: number; next: number }): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(from);
  let empty = true;
  for (const word of text.split(/ (?! )/)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(next);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
