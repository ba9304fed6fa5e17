import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './consumer.js';

/** What a shipped file leads its reader to: `docs/problems.md#tls_required`, from README.md. */
interface Link {
  readonly from: string;
  readonly to: string;
}

const MARKDOWN = /\]\(([^)\s]+)\)/g;
const HTML = /(?:src|srcset|href)="([^"\s]+)/g;
// A warning, a finding of the doctor or a comment of a declaration.
const NAMED_IN_CODE = /\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g;

/** All links of the files of a tarball but those to other sites. */
export function shippedLinks(files: readonly string[]): Link[] {
  return files.flatMap((from) => {
    const text = read(from);
    if (!from.endsWith('.md')) return [...text.matchAll(NAMED_IN_CODE)].map(([to]) => ({ from, to }));
    const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
    return [...prose.matchAll(MARKDOWN), ...prose.matchAll(HTML)]
      .map(([, target = '']) => target)
      .filter((target) => !/^(https?|mailto):/.test(target))
      .map((target) => ({ from, to: resolve(from, target) }));
  });
}

/** The links that lead to no file of the tarball, or to no heading of it. */
export function brokenLinks(files: readonly string[]): Link[] {
  return shippedLinks(files).filter(({ to }) => {
    const [file = '', heading] = to.split('#');
    if (!files.includes(file)) return true;
    return heading !== undefined && !headingsOf(file).includes(heading);
  });
}

function resolve(from: string, target: string): string {
  return target.startsWith('#') ? `${from}${target}` : path.posix.join(path.posix.dirname(from), target);
}

/** As GitHub and npm name them. */
function headingsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
