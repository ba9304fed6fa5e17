import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCommandLine, USAGE, UsageError } from '../../src/doctor/arguments.js';

const read = (...argv: string[]) => readCommandLine(['doctor', ...argv]);
const NOTHING = { headers: {}, redisplay: 'always', limit: 3, live: false };

describe('the command line', () => {
  it('has defaults for all, and leaves out what was not named', () => {
    expect(read()).toStrictEqual({ json: false, settings: NOTHING });
  });

  it('takes each of its options', () => {
    expect(
      read(
        '--url',
        'https://shop.example/customer-session',
        '--api=http://127.0.0.1:4010',
        '--customer',
        'cus_1',
        '--header',
        'Cookie:  sid=a; b=c ',
        '--header',
        'x-User!: ada',
        '--redisplay',
        'all',
        '--limit',
        '10',
        '--live',
        '--json',
      ),
    ).toStrictEqual({
      json: true,
      settings: {
        headers: { cookie: 'sid=a; b=c', 'x-user!': 'ada' },
        redisplay: 'all',
        limit: 10,
        live: true,
        url: new URL('https://shop.example/customer-session'),
        api: new URL('http://127.0.0.1:4010'),
        customer: 'cus_1',
      },
    });
  });

  it.each(['always', 'limited', 'all', 'off'])('--redisplay may be %s', (redisplay) => {
    expect(read('--redisplay', redisplay)).toMatchObject({ settings: { redisplay } });
  });

  it.each(['1', '9', '10'])('--limit may be %s', (limit) => {
    expect(read('--limit', limit)).toMatchObject({ settings: { limit: Number(limit) } });
  });

  it('is asked for help or the version, whatever else is there', () => {
    for (const help of ['--help', '-h']) expect(readCommandLine([help])).toBe('help');
    for (const version of ['--version', '-v']) expect(readCommandLine(['nothing', version])).toBe('version');
    expect(read('--help', '--version')).toBe('help');
    expect(USAGE.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  const HEADER = "--header takes 'Name: value', e.g. --header 'Cookie: sid=…', or @file.";
  const URL_HINT = '--url takes an address that begins with https:// or http://.';
  it.each<[string[], string]>([
    [[], 'The one command is "doctor".'],
    [['nurse'], 'The one command is "doctor".'],
    [
      ['doctor', 'who'],
      "There is a word too many. Put quotes around a value with spaces: --header 'Cookie: …'.",
    ],
    [['doctor', '--hedaer', 'a'], 'Unknown option. Did you mean --header?'],
    [['doctor', '--zzzzzzzz'], 'There is an unknown option.'],
    [['doctor', '--url'], '--url takes a value.'],
    [['doctor', '--live=yes'], '--live takes no value.'],
    [
      ['doctor', '--header', '--url'],
      'A value is missing. Write one that begins with a dash as --option=value.',
    ],
    [['doctor', '--url', 'shop.example'], URL_HINT],
    [['doctor', '--url', 'ftp://shop.example'], URL_HINT],
    [['doctor', '--url', 'xhttps://shop.example'], URL_HINT],
    [
      ['doctor', '--api', 'httpss://shop.example'],
      '--api takes an address that begins with https:// or http://.',
    ],
    ...['ada@', 'ada:pw@', ':pw@'].map((user): [string[], string] => [
      ['doctor', '--url', `https://${user}shop.example`],
      "--url must hold no user or password. Pass them by --header 'Authorization: …'.",
    ]),
    ...['Cookie', 'Cookie:', ': a', 'Coo kie: a', 'Cookie: \u00e9', 'Cookie: a\nb', ' Cookie: a'].map(
      (header): [string[], string] => [['doctor', '--header', header], HEADER],
    ),
    [['doctor', '--header', '@/no/such/file'], '--header @file: the file cannot be read.'],
    [['doctor', '--customer', 'ada'], '--customer takes the id of a customer: cus_….'],
    [['doctor', '--redisplay', 'none'], '--redisplay takes always, limited, all or off.'],
    ...['0', '11', '100', '1x', 'x1', ''].map((limit): [string[], string] => [
      ['doctor', '--limit', limit],
      '--limit takes a whole number from 1 to 10.',
    ]),
  ])('%j is refused', (argv, message) => {
    expect(() => readCommandLine(argv)).toThrow(new UsageError(message));
    expect(new UsageError(message).name).toBe('UsageError');
  });

  it('takes headers from a file, one a line', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'escs-header-'));
    const file = path.join(folder, 'headers.txt');
    writeFileSync(file, 'X-User: ada\r\n\n  \nCookie: sid=1\n');
    expect(read('--header', `@${file}`)).toMatchObject({
      settings: { headers: { 'x-user': 'ada', cookie: 'sid=1' } },
    });
    rmSync(folder, { recursive: true });
  });
});
