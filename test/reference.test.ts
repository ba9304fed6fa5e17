import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const problems = read('docs/problems.md');
const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => read(path.join('src', name)));

const ENTRY_POINTS = {
  index: 'src/index.ts',
  postgres: 'src/customers/postgres.ts',
  redis: 'src/customers/redis.ts',
  client: 'src/client/index.ts',
  embeds: 'src/client/embeds.ts',
  react: 'src/client/react.tsx',
  testing: 'src/testing/index.ts',
};

/** What a source file exports by name, here or from elsewhere. */
function exportedBy(file: string): string[] {
  const source = read(file);
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.replace(/\btype\b/, '').trim()),
  );
  const own = [...source.matchAll(/^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm)].map(
    ([, name = '']) => name,
  );
  return [...lists, ...own].filter((name) => name !== '');
}

/** A text as it is said: without the quotes and plus signs of the lines that it is written on. */
const said = sources
  .join('\n')
  .replaceAll(/['"`] \+\s+['"`]/g, '')
  .replaceAll("\\'", "'");

describe('the reference', () => {
  it.each(Object.entries(ENTRY_POINTS))('has a page for each name that %s exports', (entry, file) => {
    const names = exportedBy(file);
    expect(names.length).toBeGreaterThan(0);
    const pages = readdirSync(path.join(root, 'docs/reference', entry), {
      recursive: true,
      encoding: 'utf8',
    });
    const titles = pages.map((page) => path.basename(page, '.md'));
    expect(names.filter((name) => !titles.includes(name))).toEqual([]);
    expect(existsSync(path.join(root, 'docs/reference', entry, 'README.md'))).toBe(true);
  });
});

describe('docs/problems.md', () => {
  it('has a heading for each code of the front end', () => {
    const union = /type CustomerSessionErrorCode =([^;]*);/.exec(read('src/client/errors.ts'))?.[1] ?? '';
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
    expect(codes).toContain('replayed');
    const headings = [...problems.matchAll(/^###? (\w+)$/gm)].map(([, heading]) => heading);
    expect(codes.filter((code) => !headings.includes(code))).toEqual([]);
  });

  it('quotes messages as the sources say them', () => {
    const table = problems.split('## By exact message')[1] ?? '';
    const messages = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = '']) => message);
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.filter((message) => !said.includes(message))).toEqual([]);
  });
});
