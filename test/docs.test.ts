import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { adaGetsASession } from '../examples/recipes/testing.js';

const root = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];

const proseOf = (document: string) => read(document).replaceAll(/^```[\s\S]*?^```/gm, '');

/** The addresses of a document's headings, as they are made where Markdown is shown. */
const anchorsOf = (document: string) =>
  new Set(
    [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(
      ([, heading = '']) =>
        `#${heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
          .replaceAll(' ', '-')}`,
    ),
  );

interface Snippet {
  document: string;
  file: string;
  code: string;
}

/** The blocks that name the file they are from: `<!-- path -->`, then the block. */
const snippets: Snippet[] = documents.flatMap((document) =>
  [
    ...read(document).matchAll(
      /<!-- ([\w./-]+\.(?:tsx?|[cm]js|yaml)) -->\n```(?:tsx?|js|yaml)\n([\s\S]*?)\n```/g,
    ),
  ].map(([, file = '', code = '']) => ({ document, file, code })),
);

describe('snippets are compiled files', () => {
  it('finds them', () => {
    expect(snippets.filter(({ document }) => document === 'README.md').length).toBeGreaterThanOrEqual(4);
  });

  it.each(snippets)('$document has $file as it is', ({ file, code }) => {
    const lines = read(file)
      .split('\n')
      .map((line) => line.trim());
    let from = 0;
    for (const line of code.split('\n').map((text) => text.trim())) {
      const at = lines.indexOf(line, from);
      expect({ line, found: at >= 0 }).toEqual({ line, found: true });
      from = at + 1;
    }
  });

  it('the one for host apps does what it says', async () => {
    expect(Object.keys(await adaGetsASession())).toEqual(['client_secret', 'expires_at']);
  });
});

describe('everything public is documented', () => {
  const readme = read('README.md');

  it('each problem code has a heading, and each heading is a code', () => {
    const catalogue = /const CATALOGUE = \{([\s\S]*?)\n\}/.exec(read('src/core/problem.ts'))?.[1] ?? '';
    const codes = [...catalogue.matchAll(/^ {2}(\w+): \{/gm)].map(([, code]) => code);
    const headings = [...read('docs/problems.md').matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
    expect(codes.length).toBeGreaterThan(10);
    expect([...headings].sort()).toEqual([...codes].sort());
  });

  it('each option is in the README, each member of an event and each warning in operations.md', () => {
    const operations = read('docs/operations.md');
    const options = read('src/options/router-options.ts').replace(
      /interface RateLimitOptions[\s\S]*?\n\}/,
      '',
    );
    const names = new Set([...options.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name));
    expect(names.size).toBe(16);
    for (const name of names) expect(readme).toContain(`\`${name}\``);
    const members = [
      ...(/interface CustomerSessionEvent[\s\S]*?\n\}/.exec(read('src/core/events.ts'))?.[0] ?? '').matchAll(
        /readonly (\w+)\??:/g,
      ),
      ...(/interface StripeTrace[\s\S]*?\n\}/.exec(read('src/core/problem.ts'))?.[0] ?? '').matchAll(
        /^ {2}(\w+)\?:/gm,
      ),
    ].map(([, name]) => name);
    expect(members.length).toBeGreaterThan(9);
    for (const name of members) expect(operations).toContain(`\`${name}\``);
    const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const texts = sources.filter((name) => name.endsWith('.ts')).map((name) => read(path.join('src', name)));
    const warnings = new Set(texts.join().match(/ESCS_[A-Z_]+/g));
    expect(warnings.size).toBeGreaterThan(10);
    const headings = [...operations.matchAll(/^### `(ESCS_\w+)`$/gm)].map(([, code]) => code);
    expect(headings.sort()).toEqual([...warnings].sort());
    // The other outcomes are the problem codes.
    for (const outcome of ['issued', 'client_closed']) expect(operations).toMatch(`\n### \`${outcome}\`\n`);
  });

  it('README.md has at most 900 words outside of code', () => {
    const prose = readme.replaceAll(/^```[\s\S]*?^```/gm, '');
    expect(prose.match(/\S+/g)?.length).toBeLessThanOrEqual(900);
  });

  // No repository and no registry is named: package.json names none, and a made-up address is worse than none.
  it('links to other sites lead to sites that are known', () => {
    const known = [
      /^docs\.stripe\.com$/,
      /^developer\.mozilla\.org$/,
      /^status\.stripe\.com$/,
      /^nodejs\.org$/,
      /^www\.npmjs\.com$/,
      /^www\.rfc-editor\.org$/,
    ];
    const hosts = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((https?:[^)\s]+)\)/g)].map(([, url = '']) => new URL(url).hostname),
    );
    expect(hosts).toContain('docs.stripe.com');
    expect(hosts.filter((host) => !known.some((pattern) => pattern.test(host)))).toEqual([]);
  });

  it('links lead somewhere', () => {
    const links = documents.flatMap((document) =>
      [...proseOf(document).matchAll(/\]\((?!https?:|mailto:)([^)#]*)(#[^)]+)?\)/g)].map(
        ([, target = '', anchor = '']) => ({
          document,
          target: path.join(target === '' ? document : path.join(path.dirname(document), target)),
          anchor,
        }),
      ),
    );
    const leadsNowhere = ({ target, anchor }: (typeof links)[number]) =>
      !existsSync(path.join(root, target)) ||
      (target.endsWith('.md') && anchor && !anchorsOf(target).has(anchor));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(({ anchor }) => anchor !== '').length).toBeGreaterThan(5);
    expect(links.filter(leadsNowhere)).toEqual([]);
  });
});

describe('docs/asvs.md', () => {
  const rows = read('docs/asvs.md')
    .split('\n')
    .filter((line) => /^\| \d/.test(line));
  // `test/http/contract.test.ts` *how the name begins*, *how another begins*
  const cited = rows.flatMap((row) =>
    [...row.matchAll(/`([\w./-]+\.tsx?)`((?:,? \*[^*]+\*)*)/g)].flatMap(([, file = '', names = '']) =>
      (names.match(/[^*]{3,}/g) ?? ['no name']).map((name) => ({ file, name })),
    ),
  );

  it('cites tests that there are', () => {
    expect(cited.length).toBeGreaterThan(150);
    const missing = cited.filter(({ file, name }) => {
      const text = existsSync(path.join(root, file)) ? read(file) : '';
      return !["'", '"', '`'].some((quote) => text.includes(quote + name));
    });
    expect(missing).toEqual([]);
  });

  it('says of each requirement what shows it, or why nothing does', () => {
    expect(rows.filter((row) => !/\.tsx?` \*|\]\(|\*\*Host\*\*|\*\*Short\*\*|Not shown/.test(row))).toEqual(
      [],
    );
  });
});
