import { invalidParam, refused } from './errors.js';

/** A decoded parameter: text, or the bracketed parameters below it in the order they came. */
export type FormNode = string | FormTree;
export type FormTree = Map<string, FormNode>;

/** What a test sees of the parameters: arrays where the brackets hold `[]`, `[0]`, `[1]` … */
export type PlainParam = string | PlainParam[] | { [name: string]: PlainParam };

// Far above what a real call holds, and low enough that a runaway test does not eat the process.
const MAX_PARAMETERS = 1000;
const MAX_DEPTH = 10;

/**
 * Reads `a[b][c]=1&d[]=2`, the only encoding that Stripe's v1 API takes
 * (https://docs.stripe.com/api: "form-encoded request bodies").
 */
export function parseForm(text: string): FormTree {
  const tree: FormTree = new Map();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > MAX_PARAMETERS) throw refused(400, `Too many parameters: at most ${MAX_PARAMETERS}.`);
    insert(tree, pathOf(name), value);
  }
  return tree;
}

/** `['a', 'b', '']` of `a[b][]`. */
function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) throw invalidParam(name, `Invalid parameter name: ${name}`);
  const [, head = '', tail = ''] = match;
  const path = [head, ...[...tail.matchAll(/\[([^[\]]*)\]/g)].map(([, part = '']) => part)];
  if (path.length > MAX_DEPTH) throw invalidParam(head, `Parameters nest at most ${MAX_DEPTH} levels deep.`);
  return path;
}

function insert(tree: FormTree, path: readonly string[], value: string): void {
  let node = tree;
  for (const part of path.slice(0, -1)) {
    const key = part === '' ? String(node.size) : part;
    const next = node.get(key) ?? new Map<string, FormNode>();
    if (typeof next === 'string') throw clash(path);
    node.set(key, next);
    node = next;
  }
  const last = path.at(-1) ?? '';
  const key = last === '' ? String(node.size) : last;
  if (typeof node.get(key) === 'object') throw clash(path);
  node.set(key, value);
}

function clash(path: readonly string[]): Error {
  return invalidParam(path[0] ?? '', `Invalid parameters: ${path[0]} is both a value and an object.`);
}

/** The tree as plain values. `Object.fromEntries` defines keys, so a parameter `__proto__` stays a key. */
export function toPlain(tree: FormTree): { [name: string]: PlainParam } {
  return Object.fromEntries([...tree].map(([key, node]) => [key, plainNode(node)]));
}

function plainNode(node: FormNode): PlainParam {
  if (typeof node === 'string') return node;
  return isList(node) ? [...node.values()].map(plainNode) : toPlain(node);
}

/** Whether the keys are `0`, `1`, `2` … in order, as a list's are. */
export function isList(tree: FormTree): boolean {
  return tree.size > 0 && [...tree.keys()].every((key, index) => key === String(index));
}
