import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(__dirname, '../../src/testing');

/** The modules of `src/testing` that a module names, types among them. */
function importsOf(file: string): string[] {
  const text = readFileSync(path.join(FOLDER, file), 'utf8');
  const named = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, name = '']) => name);
  return named
    .map((name) => `${path.join(path.dirname(file), name)}.ts`)
    .filter((name) => !name.startsWith('..'));
}

/** The first circle that a module is part of, from the module to itself; empty where there is none. */
function circleFrom(file: string, way: readonly string[] = []): string[] {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  for (const next of importsOf(file)) {
    const circle = circleFrom(next, [...way, file]);
    if (circle.length > 0) return circle;
  }
  return [];
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

test('the emulator has modules to look at', () => {
  expect(files.length).toBeGreaterThan(20);
  expect(importsOf('emulator.ts')).toContain('emulator/state.ts');
});

test.each(files)('no circle of imports goes through %s', (file) => {
  expect(circleFrom(file)).toEqual([]);
});
