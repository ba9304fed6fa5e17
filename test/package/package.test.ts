import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { installConsumer, makeFolder, mustRun, NAME, pack, ROOT, run } from './support/consumer.js';
import { describeOnline } from './support/describe-online.js';
import { brokenLinks, shippedLinks } from './support/links.js';
import { checkTypes, TYPE_CHECKS } from './support/type-check.js';

const NODE = process.execPath;
const LONG_MS = 300_000;
const CONSUMER = {
  '@stripe/react-stripe-js': '^7',
  '@stripe/stripe-js': '^10',
  '@types/express': '^5',
  '@types/node': '^20',
  '@types/react': '^19',
  express: '^5',
  react: '^19',
  'react-dom': '^19',
  stripe: '^23',
};

const { folder, remove } = makeFolder();
let tarball: string;
let files: string[];
beforeAll(async () => {
  ({ tarball, files } = await pack(folder));
}, LONG_MS);
afterAll(remove);

describe('the tarball', () => {
  it('holds what is built, some documents and nothing else', () => {
    const expected = [
      /^dist\/[\w/-]+\.(js|mjs|d\.ts|d\.mts)$/,
      /^dist\/client-esm\/package\.json$/,
      /^docs\/[\w/-]+\.(md|svg)$/,
      /^(LICENSE|README\.md|CHANGELOG\.md|SECURITY\.md|package\.json)$/,
    ];
    expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs/problems.md']),
    );
  });

  it('holds every file that its exports name, and declarations and code for each', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const named = [...JSON.stringify([manifest.exports, manifest.typesVersions]).matchAll(/"\.\/([^"]+)"/g)]
      .map(([, file = '']) => file)
      .filter((file) => file.startsWith('dist/'));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    expect(Object.keys(scripts)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$/)]),
    );
  });

  it('holds what its documents link to, and the pages that its code names', () => {
    expect(shippedLinks(files).length).toBeGreaterThan(20);
    expect(brokenLinks(files)).toEqual([]);
  });

  it('is without fault for publint and for arethetypeswrong', async () => {
    const attw = path.join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const publint = path.join(ROOT, 'node_modules/publint/src/cli.js');
    const unpacked = path.join(folder, 'unpacked');
    await mustRun('tar', ['xzf', tarball, '--one-top-level=unpacked'], folder);
    const outcomes = {
      attw: await run(NODE, [attw, tarball, '--no-color', '--no-emoji'], folder),
      publint: await run(
        NODE,
        [publint, path.join(unpacked, 'package'), '--strict', '--pack', 'false'],
        folder,
      ),
    };
    expect(outcomes).toMatchObject({ attw: { code: 0 }, publint: { code: 0 } });
    expect(outcomes.publint.output).toContain('All good!');
    expect(outcomes.attw.output).toContain('No problems found');
  });
});

describeOnline('a project that installs the tarball', () => {
  let project: string;
  beforeAll(async () => {
    project = await installConsumer(path.join(folder, 'consumer'), tarball, CONSUMER);
  }, LONG_MS);

  it('finds no secret and no trace of where it was built in it', () => {
    const installed = path.join(project, 'node_modules', NAME);
    const suspects = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => {
        const text = readFileSync(file, 'utf8').replaceAll('sk_test_emulator000000000000000000', '');
        return text.includes(ROOT) || /(sk|rk|whsec)_\w*\d\w{12,}|-----BEGIN [A-Z ]*PRIVATE KEY/.test(text);
      });
    expect(suspects).toEqual([]);
  });

  it('has one copy of everything, by `require` and by `import`, for each subpath', async () => {
    const doors = JSON.parse(await mustRun(NODE, ['doors.cjs'], project)) as Record<
      string,
      { names: string[]; onlyByRequire: string[]; different: string[] }
    >;
    expect(Object.keys(doors)).toEqual([
      '.',
      './postgres',
      './redis',
      './client',
      './embeds',
      './react',
      './testing',
    ]);
    for (const door of Object.values(doors)) {
      expect(door).toEqual({ names: expect.anything(), onlyByRequire: [], different: [] });
    }
    expect(doors['.']?.names).toContain('customerSessionRouter');
    expect(doors['./client']?.names).toContain('CustomerSessionError');
  });

  it('imports all of it by name as an ES module', async () => {
    const { kinds, ...own } = JSON.parse(await mustRun(NODE, ['doors.mjs'], project));
    expect(new Set(kinds)).toEqual(new Set(['function']));
    expect(own).toEqual({ isOwnError: true, code: 'network' });
  });

  it('gets sessions and the documented refusals from the emulator', async () => {
    const result = JSON.parse(await mustRun(NODE, ['session.cjs'], project));
    expect(result).toMatchObject({ express: expect.stringMatching(/^5\./), cases: 12 });
  }, 60_000);

  it.each(TYPE_CHECKS.filter(({ oldCompiler }) => !oldCompiler))(
    'compiles against its types, and wrong options do not ($name)',
    async (check) => {
      expect(await checkTypes(project, check)).toEqual({ code: 0, output: '' });
    },
    LONG_MS,
  );

  it('bundles the front end without anything of Node.js', async () => {
    const vite = path.join(ROOT, 'node_modules/vite/dist/node/index.js');
    const bundle = JSON.parse(
      await mustRun(NODE, ['bundle.mjs', vite, path.join(project, 'checkout.tsx')], project),
    ) as { modules: string[]; imports: string[]; code: string };
    const own = bundle.modules.filter((id) => id.includes(NAME)).map((id) => path.relative(project, id));
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter((id) => !id.startsWith(`node_modules/${NAME}/dist/client-esm/`))).toEqual([]);
    expect(bundle.modules.filter((id) => /^node:|browser-external/.test(id))).toEqual([]);
    expect(bundle.imports).toEqual([]);
    expect(bundle.code).toContain('CustomerSessionError');
    expect(bundle.code).not.toMatch(/\b(from|import|require\() ?["']node:|browser-external/);
  }, 60_000);
});

// stripe 22 and 23 want the types of Node.js 20; README.md says what to install.
describeOnline('a project with the types of Node.js 18', () => {
  it(
    'compiles against stripe 21, every declaration checked',
    async () => {
      const { express } = CONSUMER;
      const older = { express, '@types/express': '^5', '@types/node': '^18', stripe: '^21' };
      const project = await installConsumer(path.join(folder, 'types-node-18'), tarball, older);
      for (const check of TYPE_CHECKS.filter(({ name }) => name.startsWith('nodenext'))) {
        expect(await checkTypes(project, check)).toEqual({ code: 0, output: '' });
      }
    },
    LONG_MS,
  );
});
