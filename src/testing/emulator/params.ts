import { invalidParam } from './errors.js';
import { type FormNode, type FormTree, isList } from './form.js';

interface TextSpec {
  readonly kind: 'string';
  readonly maxLength?: number;
  readonly values?: readonly string[];
  readonly clearable?: boolean;
}

/** What a parameter may be. `clearable` ones take the empty string, by which Stripe unsets a field. */
export type ParamSpec =
  | TextSpec
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'list'; readonly items: ParamSpec; readonly clearable?: boolean }
  | ObjectSpec
  // An integer, or bounds: `created=5` and `created[gte]=5`.
  | { readonly kind: 'range'; readonly fields: ParamFields }
  | { readonly kind: 'metadata' };

interface ObjectSpec {
  readonly kind: 'object';
  readonly fields: ParamFields;
  readonly required?: readonly string[];
  readonly clearable?: boolean;
}

export type ParamFields = Readonly<Record<string, ParamSpec>>;

/** What reading a parameter gives. */
export type ParamValue<Spec> = Spec extends { kind: 'boolean' }
  ? boolean
  : Spec extends { kind: 'integer' }
    ? number
    : Spec extends { kind: 'list'; items: infer Items }
      ? readonly ParamValue<Items>[] | Cleared<Spec>
      : Spec extends { kind: 'object'; fields: infer Fields }
        ? ParamValues<Fields> | Cleared<Spec>
        : Spec extends { kind: 'range'; fields: infer Fields }
          ? number | ParamValues<Fields>
          : Spec extends { kind: 'metadata' }
            ? Readonly<Record<string, string>> | ''
            : string;

type Cleared<Spec> = Spec extends { clearable: true } ? '' : never;

/** What reading an object gives: each parameter may be missing. */
export type ParamValues<Fields> = { readonly [Name in keyof Fields]?: ParamValue<Fields[Name]> };

export const text = (maxLength = 5000) => ({ kind: 'string', maxLength }) as const;
export const clearableText = (maxLength = 5000) => ({ kind: 'string', maxLength, clearable: true }) as const;
export const oneOf = (...values: string[]) => ({ kind: 'string', values }) as const;
export const integer = { kind: 'integer' } as const;
export const expand = { kind: 'list', items: text() } as const;

/** The limits of https://docs.stripe.com/api/metadata. */
const METADATA = { keys: 50, keyLength: 40, valueLength: 500 };

/** Reads the parameters of a request by its fields, refusing what Stripe's own validation refuses. */
export function readParams<Fields extends ParamFields>(
  tree: FormTree,
  fields: Fields,
  required: readonly string[] = [],
): ParamValues<Fields> {
  // The one place where what the specs say of values becomes what the compiler knows of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return readObject(tree, { kind: 'object', fields, required }, '') as ParamValues<Fields>;
}

function readObject(node: FormTree, spec: ObjectSpec, path: string): Record<string, unknown> {
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
  const values: Record<string, unknown> = {};
  for (const [name, child] of node) {
    const field = spec.fields[name];
    if (field) values[name] = readValue(child, field, join(path, name));
  }
  return values;
}

function readValue(node: FormNode, spec: ParamSpec, path: string): unknown {
  if (node === '' && 'clearable' in spec && spec.clearable) return '';
  switch (spec.kind) {
    case 'object':
      if (typeof node === 'string') throw invalidParam(path, 'Invalid object');
      return readObject(node, spec, path);
    case 'range':
      if (typeof node === 'string') return readScalar(node, integer, path);
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
): string | boolean | number {
  if (typeof node !== 'string') throw invalidParam(path, `Invalid ${spec.kind}: an object was passed`);
  if (node === '' && !(spec.kind === 'string' && spec.values?.includes(''))) {
    const message =
      `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a field; ` +
      `however '${path}' cannot be unset.`;
    throw invalidParam(path, message, 'parameter_invalid_empty');
  }
  if (spec.kind === 'boolean') return readBoolean(node, path);
  return spec.kind === 'integer' ? readInteger(node, spec, path) : readText(node, spec, path);
}

function readText(node: string, spec: TextSpec, path: string): string {
  if (spec.values && !spec.values.includes(node)) {
    throw invalidParam(path, `Invalid ${path}: must be one of ${spec.values.filter(Boolean).join(', ')}`);
  }
  if (spec.maxLength !== undefined && node.length > spec.maxLength) {
    const start = `Invalid string: ${node.slice(0, 20)}…`;
    throw invalidParam(path, `${start}; must be at most ${spec.maxLength} characters`);
  }
  return node;
}

function readBoolean(node: string, path: string): boolean {
  if (node !== 'true' && node !== 'false') throw invalidParam(path, `Invalid boolean: ${node.slice(0, 64)}`);
  return node === 'true';
}

function readInteger(node: string, spec: { min?: number; max?: number }, path: string): number {
  const refuse = (message: string) => invalidParam(path, message, 'parameter_invalid_integer');
  const value = Number(node);
  if (!/^-?\d+$/.test(node) || !Number.isSafeInteger(value))
    throw refuse(`Invalid integer: ${node.slice(0, 64)}`);
  const { min = -Infinity, max = Infinity } = spec;
  if (value < min) throw refuse(`This value must be greater than or equal to ${min}.`);
  if (value > max) throw refuse(`This value must be less than or equal to ${max}.`);
  return value;
}

// '' clears all metadata, and an empty value clears one key.
function readMetadata(node: FormNode, path: string): Record<string, string> | '' {
  if (node === '') return '';
  if (typeof node === 'string') throw invalidParam(path, 'Invalid object');
  if (node.size > METADATA.keys) throw invalidParam(path, `Metadata has at most ${METADATA.keys} keys.`);
  const values: [string, string][] = [];
  for (const [key, value] of node) {
    const refuse = (message: string) => invalidParam(join(path, key), message);
    if (typeof value !== 'string') throw refuse('Metadata values must be strings.');
    if (key.length > METADATA.keyLength) throw refuse('Metadata keys have at most 40 characters.');
    if (value.length > METADATA.valueLength) throw refuse('Metadata values have at most 500 characters.');
    values.push([key, value]);
  }
  return Object.fromEntries(values);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}[${name}]`;
}
