import { invalidParam } from './errors.js';
import { type FormNode, type FormTree, isList } from './form.js';

/** What a parameter may be. `clearable` ones take the empty string, by which Stripe unsets a field. */
export type ParamSpec =
  | { kind: 'string'; maxLength?: number; values?: readonly string[]; clearable?: boolean }
  | { kind: 'boolean' }
  | { kind: 'integer'; min?: number; max?: number }
  | { kind: 'list'; items: ParamSpec; clearable?: boolean }
  | { kind: 'object'; fields: ParamFields; required?: readonly string[]; clearable?: boolean }
  // An integer, or bounds: `created=5` and `created[gte]=5`.
  | { kind: 'range'; fields: ParamFields }
  | { kind: 'metadata' };

export type ParamFields = Readonly<Record<string, ParamSpec>>;
export type ParamValue = string | number | boolean | null | readonly ParamValue[] | ParamValues;
export interface ParamValues {
  [name: string]: ParamValue;
}

export const text = (maxLength = 5000): ParamSpec => ({ kind: 'string', maxLength });
export const clearableText = (maxLength = 5000): ParamSpec => ({
  kind: 'string',
  maxLength,
  clearable: true,
});
export const oneOf = (...values: string[]): ParamSpec => ({ kind: 'string', values });
export const expand: ParamSpec = { kind: 'list', items: text() };

/** The limits of https://docs.stripe.com/api/metadata. */
const METADATA = { keys: 50, keyLength: 40, valueLength: 500 };

/** Reads the parameters of a request by its fields, refusing what Stripe's own validation refuses. */
export function readParams(
  tree: FormTree,
  fields: ParamFields,
  required: readonly string[] = [],
): ParamValues {
  return readObject(tree, { kind: 'object', fields, required }, '');
}

function readObject(node: FormTree, spec: Extract<ParamSpec, { kind: 'object' }>, path: string): ParamValues {
  for (const name of node.keys()) {
    if (Object.hasOwn(spec.fields, name)) continue;
    const param = join(path, name);
    throw invalidParam(param, `Received unknown parameter: ${param}`, 'parameter_unknown');
  }
  for (const name of spec.required ?? []) {
    if (node.has(name)) continue;
    const param = join(path, name);
    throw invalidParam(param, `Missing required param: ${param}.`, 'parameter_missing');
  }
  const values: ParamValues = {};
  for (const [name, child] of node) {
    const field = spec.fields[name];
    if (field) values[name] = readValue(child, field, join(path, name));
  }
  return values;
}

function readValue(node: FormNode, spec: ParamSpec, path: string): ParamValue {
  if (node === '' && 'clearable' in spec && spec.clearable) return '';
  switch (spec.kind) {
    case 'object':
      if (typeof node === 'string') throw invalidParam(path, 'Invalid object');
      return readObject(node, spec, path);
    case 'range':
      if (typeof node === 'string') return readScalar(node, { kind: 'integer' }, path);
      return readObject(node, { ...spec, kind: 'object' }, path);
    case 'metadata':
      return readMetadata(node, path);
    case 'list':
      if (typeof node === 'string' || !isList(node)) throw invalidParam(path, 'Invalid array');
      return [...node].map(([key, item]) => readValue(item, spec.items, join(path, key)));
    default:
      return readScalar(node, spec, path);
  }
}

function readScalar(
  node: FormNode,
  spec: Extract<ParamSpec, { kind: 'string' | 'boolean' | 'integer' }>,
  path: string,
): ParamValue {
  if (typeof node !== 'string') throw invalidParam(path, `Invalid ${spec.kind}: an object was passed`);
  if (node === '' && !(spec.kind === 'string' && spec.values?.includes(''))) {
    const message =
      `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a field; ` +
      `however '${path}' cannot be unset.`;
    throw invalidParam(path, message, 'parameter_invalid_empty');
  }
  if (spec.kind === 'boolean') return readBoolean(node, path);
  if (spec.kind === 'integer') return readInteger(node, spec, path);
  if (spec.values && !spec.values.includes(node)) {
    throw invalidParam(path, `Invalid ${path}: must be one of ${spec.values.filter(Boolean).join(', ')}`);
  }
  if (spec.maxLength !== undefined && node.length > spec.maxLength) {
    throw invalidParam(
      path,
      `Invalid string: ${node.slice(0, 20)}…; must be at most ${spec.maxLength} characters`,
    );
  }
  return node;
}

function readBoolean(node: string, path: string): boolean {
  if (node !== 'true' && node !== 'false') throw invalidParam(path, `Invalid boolean: ${node.slice(0, 64)}`);
  return node === 'true';
}

function readInteger(node: string, spec: { min?: number; max?: number }, path: string): number {
  const value = Number(node);
  if (!/^-?\d+$/.test(node) || !Number.isSafeInteger(value)) {
    throw invalidParam(path, `Invalid integer: ${node.slice(0, 64)}`, 'parameter_invalid_integer');
  }
  if (spec.min !== undefined && value < spec.min) {
    const message = `This value must be greater than or equal to ${spec.min}.`;
    throw invalidParam(path, message, 'parameter_invalid_integer');
  }
  if (spec.max !== undefined && value > spec.max) {
    const message = `This value must be less than or equal to ${spec.max}.`;
    throw invalidParam(path, message, 'parameter_invalid_integer');
  }
  return value;
}

// '' clears all metadata, and an empty value clears one key.
function readMetadata(node: FormNode, path: string): ParamValue {
  if (node === '') return '';
  if (typeof node === 'string') throw invalidParam(path, 'Invalid object');
  if (node.size > METADATA.keys) throw invalidParam(path, `Metadata has at most ${METADATA.keys} keys.`);
  const values: [string, string][] = [];
  for (const [key, value] of node) {
    const param = join(path, key);
    if (typeof value !== 'string') throw invalidParam(param, 'Metadata values must be strings.');
    if (key.length > METADATA.keyLength)
      throw invalidParam(param, 'Metadata keys have at most 40 characters.');
    if (value.length > METADATA.valueLength) {
      throw invalidParam(param, 'Metadata values have at most 500 characters.');
    }
    values.push([key, value]);
  }
  return Object.fromEntries(values);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}[${name}]`;
}
