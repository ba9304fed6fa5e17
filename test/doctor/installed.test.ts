import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkNode, checkPackages } from '../../src/doctor/checks/packages.js';
import { findInstalled, readPackage, satisfies } from '../../src/doctor/installed.js';

describe('a version within a range', () => {
  it.each([
    ['4.18.0', '^4.18.0'],
    ['4.18.1', '^4.18.0'],
    ['4.19.0', '^4.18.5'],
    ['4.22.3', '^4.18.0 || ^5.0.0'],
    ['5.0.0', '^4.18.0 || ^5.0.0'],
    ['6.9.9', '>=5 <7'],
    ['5.0.0', ' >=5   <7 '],
    ['7.0.0', '>=5 <7 || ^7.0.0'],
    ['20.0.0-rc.1', '>=20'],
    ['10.0.0', '>=9.5.0'],
  ])('%s is in %s', (version, range) => {
    expect(satisfies(version, range)).toBe(true);
  });

  it.each([
    ['4.17.9', '^4.18.0'],
    ['4.18.4', '^4.18.5'],
    ['5.0.0', '^4.18.0'],
    ['3.99.0', '^4.18.0'],
    ['7.0.0', '>=5 <7'],
    ['4.99.99', '>=5 <7'],
    ['7.0.1', '<7'],
    ['9.0.0', '>=10'],
  ])('%s is not in %s', (version, range) => {
    expect(satisfies(version, range)).toBe(false);
  });
});

describe('what is installed', () => {
  let root: string;
  const put = (folder: string, manifest: unknown) => {
    const at = path.join(root, folder);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      path.join(at, 'package.json'),
      typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
    );
    return at;
  };
  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), 'escs-installed-')));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is the nearest one upwards, with its symbolic links resolved', () => {
    const real = put('store/stripe', { name: 'stripe', version: '22.0.0' });
    mkdirSync(path.join(root, 'node_modules'));
    symlinkSync(real, path.join(root, 'node_modules/stripe'));
    put('app/node_modules/express', { version: '5.0.0' });
    const app = path.join(root, 'app/deep/in');
    mkdirSync(app, { recursive: true });
    expect(findInstalled('stripe', app)).toEqual({
      folder: real,
      version: '22.0.0',
      manifest: { name: 'stripe', version: '22.0.0' },
    });
    expect(findInstalled('express', app)?.folder).toBe(path.join(root, 'app/node_modules/express'));
    expect(findInstalled('no-such-package', app)).toBeUndefined();
  });

  it.each(['not json', 'null', '5', '{}', '{"version":5}'])(
    'is nothing where the manifest is %s',
    (manifest) => {
      expect(readPackage(put('odd', manifest))).toBeUndefined();
    },
  );

  it('is this package and its peers: there, in range, one copy of each', () => {
    const own = {
      version: '1.0.0',
      peerDependencies: { express: '^5.0.0', stripe: '>=16 <23', react: '>=18' },
    };
    expect(checkPackages(root)).toEqual([
      {
        kind: 'unchecked',
        what: 'Installed packages',
        why: "express-stripe-customer-session is not installed here; run the doctor in the app's folder",
      },
    ]);
    put('node_modules/express-stripe-customer-session', own);
    expect(checkPackages(root)).toEqual([
      { kind: 'found', code: 'peer-missing', seen: 'express is not installed. stripe is not installed.' },
    ]);
    put('node_modules/express', { version: '4.0.0' });
    put('node_modules/stripe', { version: '16.1.0' });
    put('node_modules/react', { version: '17.0.0' });
    expect(checkPackages(root)).toEqual([
      {
        kind: 'found',
        code: 'peer-out-of-range',
        seen: 'express 4.0.0 is installed; the range is ^5.0.0. react 17.0.0 is installed; the range is >=18.',
      },
    ]);
    put('node_modules/express', { version: '5.1.0' });
    put('node_modules/react', { version: '19.0.0' });
    expect(checkPackages(root)).toEqual([
      { kind: 'good', text: 'express 5.1.0, stripe 16.1.0, react 19.0.0' },
    ]);
    put('node_modules/express-stripe-customer-session/node_modules/stripe', { version: '17.0.0' });
    expect(checkPackages(root)).toEqual([
      {
        kind: 'found',
        code: 'two-copies',
        seen: 'The app uses stripe 16.1.0, and express-stripe-customer-session its own copy of 17.0.0.',
      },
    ]);
  });

  it('has no peers where the manifest names none', () => {
    put('node_modules/express-stripe-customer-session', { version: '1.0.0' });
    expect(checkPackages(root)).toEqual([{ kind: 'good', text: '' }]);
  });

  it('is a Node.js that is supported, or one that is not', () => {
    const own = (manifest: Record<string, unknown>) => ({ folder: root, version: '1.0.0', manifest });
    expect(checkNode('22.0.0', own({ engines: { node: '>=22' } }))).toEqual([
      { kind: 'good', text: 'Node.js 22.0.0' },
    ]);
    expect(checkNode('21.9.0', own({ engines: { node: '>=22' } }))).toEqual([
      { kind: 'found', code: 'node-too-old', seen: 'Node.js 21.9.0; supported is >=22.' },
    ]);
    expect(checkNode('19.0.0', own({}))).toEqual([
      { kind: 'found', code: 'node-too-old', seen: 'Node.js 19.0.0; supported is >=20.' },
    ]);
  });
});
