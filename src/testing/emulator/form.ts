import { invalidParam, refused } from './errors.js';

/** A decoded parameter: text, or the parameters below it in the order they came. */
export type FormNode = string | FormTree;
export type FormTree = Map<string, FormNode>;

/** Reads `a[b][c]=1&d[]=2`, the only encoding that v1 takes (https://docs.stripe.com/api: "form-encoded"). */
export function parseForm(text: string): FormTree {
  const tree: FormTree = new Map();
  for (const [name, value] of new URLSearchParams(text)) insert(tree, pathOf(name), value);
  return tree;
}

/** Reads JSON, the only encoding of v2, into the same shape; `null` counts as left out. */
export function parseJson(text: string): FormTree {
  let value: unknown;
  try {
    value = JSON.parse(text || '{}');
  } catch {
    throw refused(400, 'The request body is not valid JSON.');
  }
  const tree = treeOf(value);
  if (typeof tree === 'string') throw refused(400, 'The request body must be a JSON object.');
  return tree;
}

function treeOf(value: unknown): FormNode {
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return new Map(members.map(([name, member]) => [name, treeOf(member)]));
}

/** `['a', 'b', '']` of `a[b][]`. */
function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (!match) throw invalidParam(name, `Invalid parameter name: ${name}`);
  const [, head = '', tail = ''] = match;
  return [head, ...[...tail.matchAll(/\[([^[\]]*)\]/g)].map(([, part = '']) => part)];
}

function insert(tree: FormTree, path: readonly string[], value: string): void {
  const clash = () => invalidParam(path[0] ?? '', `Invalid parameters: ${path[0]} is a value and an object.`);
  let node = tree;
  for (const [index, part] of path.entries()) {
    const key = part === '' ? String(node.size) : part;
    const isLast = index === path.length - 1;
    const next = node.get(key) ?? (isLast ? value : new Map<string, FormNode>());
    if ((typeof next === 'string') !== isLast) throw clash();
    node.set(key, isLast ? value : next);
    if (typeof next === 'object') node = next;
  }
}

/**
 * A node as plain values: arrays where the brackets hold `[]`, `[0]`, `[1]` … `Object.fromEntries` defines keys, so a
 * parameter `__proto__` stays a key.
 */
export function plain(node: FormNode): unknown {
  if (typeof node === 'string') return node;
  const members = [...node].map(([key, child]) => [key, plain(child)] as const);
  return isList(node) ? members.map(([, child]) => child) : Object.fromEntries(members);
}

/** Whether the keys are `0`, `1`, `2` … in order, as a list's are. */
export function isList(tree: FormTree): boolean {
  return tree.size > 0 && [...tree.keys()].every((key, index) => key === String(index));
}
