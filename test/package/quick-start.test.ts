import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { makeFolder, mustRun, NAME, pack, ROOT } from './support/consumer.js';
import { describeOnline } from './support/describe-online.js';

const LONG_MS = 300_000;
const MOST_COMMANDS = 3;

/** What README.md tells a newcomer to do in one terminal, before the same `curl` in another. */
interface QuickStart {
  install: string;
  start: string;
}

const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const section = /^## Quick start\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
const code = /<!-- examples\/minimal\/server\.mjs -->\n```js\n([\s\S]*?\n)```/.exec(section)?.[1] ?? '';
const commands = [...section.matchAll(/```sh\n([\s\S]*?)\n```/g)].flatMap(([, block = '']) =>
  block.split('\n'),
);
const [installJs = '', installTs = ''] = commands.filter((line) => line.startsWith('npm install '));
const [startJs = '', startTs = ''] = commands.filter((line) => line.includes('node server.mjs'));
const [CURL = ''] = commands.filter((line) => line.startsWith('curl '));

const JAVASCRIPT: QuickStart = { install: installJs, start: startJs };
const TYPESCRIPT: QuickStart = { install: installTs, start: startTs };

test('README.md has a quick start of three commands in JavaScript and in TypeScript', () => {
  expect(code).toBe(readFileSync(path.join(ROOT, 'examples/minimal/server.mjs'), 'utf8'));
  expect(readFileSync(path.join(ROOT, 'examples/minimal/server.mts'), 'utf8')).toBe(code);
  expect(code.split('\n').filter((line) => line.includes('<-- your sign-in'))).toHaveLength(1);
  for (const steps of [JAVASCRIPT, TYPESCRIPT]) {
    expect([...Object.values(steps), CURL].filter((command) => command !== '')).toHaveLength(MOST_COMMANDS);
  }
  expect(commands).toHaveLength(5);
});

describeOnline('the quick start of README.md, in an empty folder', () => {
  const { folder, remove } = makeFolder();
  let tarball: string;
  let pnpm: string;
  beforeAll(async () => {
    ({ tarball } = await pack(folder));
    await mustRun('npm', ['install', '--prefix', 'pnpm', 'pnpm@12'], folder);
    pnpm = path.join(folder, 'pnpm/node_modules/.bin/pnpm');
  }, LONG_MS);
  afterAll(remove);

  /** The same command in words of the other package manager. */
  function toPnpm(command: string): string {
    return command.replace(/^npm install/, `${pnpm} add`).replace(/^npx /, `${pnpm} exec `);
  }

  async function follow({ install, start }: QuickStart, into: string): Promise<void> {
    await mustRun('sh', ['-c', install.replace(NAME, tarball)], into);
    await expectSession(start, into);
  }

  describe.each([
    ['npm', (command: string) => command],
    ['pnpm', toPnpm],
  ])('with %s', (manager, inItsWords) => {
    const projectOf = (language: string) => {
      const into = path.join(folder, `${manager}-${language}`);
      mkdirSync(into);
      return into;
    };

    it(
      'runs in JavaScript, as ES module and as CommonJS',
      async () => {
        const into = projectOf('js');
        writeFileSync(path.join(into, 'server.mjs'), code);
        await follow({ ...JAVASCRIPT, install: inItsWords(JAVASCRIPT.install) }, into);
        copyFileSync(path.join(ROOT, 'examples/minimal/server.cjs'), path.join(into, 'server.cjs'));
        await expectSession(JAVASCRIPT.start.replace('.mjs', '.cjs'), into);
      },
      LONG_MS,
    );

    it(
      'compiles with strict types and runs in TypeScript',
      async () => {
        const into = projectOf('ts');
        writeFileSync(path.join(into, 'server.mts'), code);
        const { install, start } = TYPESCRIPT;
        await follow({ install: inItsWords(install), start: inItsWords(start) }, into);
      },
      LONG_MS,
    );
  });
});

/** Starts the server, and runs the line that it prints: it is README's own. */
async function expectSession(start: string, folder: string): Promise<void> {
  const port = String(await freePort());
  const server = spawn('sh', ['-c', start], {
    cwd: folder,
    env: { ...process.env, PORT: port },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(server, 'close');
  try {
    const printed = await Promise.race([
      lineOf(server.stdout),
      ended.then(() => `"${start}" ended:\n${output}`),
    ]);
    expect(printed).toBe(CURL.replaceAll('3000', port));
    const answer: unknown = JSON.parse(await mustRun('sh', ['-c', `${printed} --silent`], folder));
    expect(answer).toEqual({
      client_secret: expect.stringMatching(/^cuss_secret_/),
      expires_at: expect.any(Number),
    });
  } finally {
    if (server.exitCode === null && server.pid !== undefined) process.kill(-server.pid);
    await ended;
  }
}

/** The first whole line. */
async function lineOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  while (!text.includes('\n')) text += String((await once(stream, 'data'))[0]);
  return text.slice(0, text.indexOf('\n'));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
