import { invalidParam } from './errors.js';
import { type FormNode, type FormTree, isList, plain } from './form.js';

/** Reads one parameter, or throws Stripe's refusal with its bracketed name. */
export type Reader<Value> = (node: FormNode, path: string) => Value;

export type Fields = Readonly<Record<string, Reader<unknown>>>;

/** What reading an object gives: each parameter may be missing. */
export type Values<Of extends Fields> = { readonly [Name in keyof Of]?: ReturnType<Of[Name]> };

/** The limits of https://docs.stripe.com/api/metadata. */
const METADATA = { keys: 50, keyLength: 40, valueLength: 500 };

/** Reads the parameters of a request by its fields, refusing what Stripe's own validation refuses. */
export function readParams<Of extends Fields>(tree: FormTree, fields: Of, required?: string[]): Values<Of> {
  return object(fields, required)(tree, '');
}

export function object<Of extends Fields>(fields: Of, required: readonly string[] = []): Reader<Values<Of>> {
  return (node, path) => {
    if (typeof node === 'string') throw invalidParam(path, 'Invalid object');
    for (const param of required.filter((name) => !node.has(name)).map((name) => join(path, name))) {
      throw invalidParam(param, `Missing required param: ${param}.`, 'parameter_missing');
    }
    const values: Record<string, unknown> = {};
    for (const [name, child] of node) {
      const param = join(path, name);
      const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!read) throw invalidParam(param, `Received unknown parameter: ${param}`, 'parameter_unknown');
      values[name] = read(child, param);
    }
    // The one place where what the readers give becomes what the compiler knows of them.
    return values as Values<Of>;
  };
}

export function list<Item>(read: Reader<Item>): Reader<readonly Item[]> {
  return (node, path) => {
    if (typeof node === 'string' || !isList(node)) throw invalidParam(path, 'Invalid array');
    return [...node].map(([key, item]) => read(item, join(path, key)));
  };
}

/** Takes the empty string as well, by which Stripe unsets a field. */
export function clearable<Value>(read: Reader<Value>): Reader<Value | ''> {
  return (node, path) => (node === '' ? '' : read(node, path));
}

export function text(maxLength = 5000): Reader<string> {
  return (node, path) => {
    const value = scalar(node, path, 'string');
    if (value.length <= maxLength) return value;
    throw invalidParam(
      path,
      `Invalid string: ${value.slice(0, 20)}…; must be at most ${maxLength} characters`,
    );
  };
}

export function oneOf(...values: string[]): Reader<string> {
  return (node, path) => {
    const value = node === '' && values.includes('') ? '' : scalar(node, path, 'string');
    if (values.includes(value)) return value;
    throw invalidParam(path, `Invalid ${path}: must be one of ${values.filter(Boolean).join(', ')}`);
  };
}

export function integer(min = -Infinity, max = Infinity): Reader<number> {
  return (node, path) => {
    const refuse = (message: string) => invalidParam(path, message, 'parameter_invalid_integer');
    const digits = scalar(node, path, 'integer');
    const value = Number(digits);
    if (!/^-?\d+$/.test(digits) || !Number.isSafeInteger(value)) {
      throw refuse(`Invalid integer: ${digits.slice(0, 64)}`);
    }
    if (value < min) throw refuse(`This value must be greater than or equal to ${min}.`);
    if (value > max) throw refuse(`This value must be less than or equal to ${max}.`);
    return value;
  };
}

export function boolean(node: FormNode, path: string): boolean {
  const value = scalar(node, path, 'boolean');
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidParam(path, `Invalid boolean: ${value.slice(0, 64)}`);
}

/** Takes what the emulator holds for its caller and never looks into. */
export function any(node: FormNode): unknown {
  return plain(node);
}

/** `''` clears all metadata, and an empty value clears one key. */
export function metadata(node: FormNode, path: string): Readonly<Record<string, string>> | '' {
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

function scalar(node: FormNode, path: string, kind: string): string {
  if (typeof node !== 'string') throw invalidParam(path, `Invalid ${kind}: an object was passed`);
  if (node !== '') return node;
  const message =
    `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a field; ` +
    `however '${path}' cannot be unset.`;
  throw invalidParam(path, message, 'parameter_invalid_empty');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}[${name}]`;
}
