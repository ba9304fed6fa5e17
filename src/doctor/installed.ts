import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isObject } from '../core/values.js';

/** A package as it is installed. */
export interface Installed {
  /** Its folder, symbolic links resolved: two of one name are two copies. */
  folder: string;
  version: string;
  manifest: Readonly<Record<string, unknown>>;
}

/** The package that code in `folder` gets for `name`: the nearest `node_modules` upwards that has it. */
export function findInstalled(name: string, folder: string): Installed | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const installed = readPackage(path.join(at, 'node_modules', name));
    if (installed !== undefined) return installed;
    if (at === path.dirname(at)) return undefined;
  }
}

/** The package in `folder`, if there is one. */
export function readPackage(folder: string): Installed | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    if (!isObject(manifest) || typeof manifest.version !== 'string') return undefined;
    return { folder: realpathSync(folder), version: manifest.version, manifest };
  } catch {
    return undefined;
  }
}

/** Whether a version is within a range of the forms that this package's own manifest uses: `^4.18.0 || >=5 <7`. */
export function satisfies(version: string, range: string): boolean {
  const numbers = numbersOf(version);
  return range.split('||').some((part) =>
    part
      .trim()
      .split(/\s+/)
      .every((comparator) => compares(numbers, comparator)),
  );
}

function compares(version: readonly number[], comparator: string): boolean {
  const [, operator = '', bound = ''] = /^(\^|>=|<|)(.+)$/.exec(comparator) ?? [];
  const limit = numbersOf(bound);
  const order = compare(version, limit);
  if (operator === '<') return order < 0;
  return order >= 0 && (operator === '>=' || version[0] === limit[0]);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const index of [0, 1, 2]) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split(/[.-]/).slice(0, 3).map(Number);
}
