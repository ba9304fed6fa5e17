import { isObject } from './values.js';

// An error of axios with its request is some 300 objects.
const MOST_OBJECTS = 500;

/**
 * What may be told of a host's own error: itself, or, where it holds an error of stripe-node's or is too large to look
 * through, a new one with its name, code and stack. stripe-node's errors carry keys, headers and client secrets.
 */
export function tellable(error: unknown): unknown {
  if (!isObject(error)) return error;
  try {
    return isFreeOfStripe(error) ? error : withoutFields(error);
  } catch {
    // A proxy that throws when it is looked at.
    return new Error('The error of a callback could not be looked at.');
  }
}

function isFreeOfStripe(error: object): boolean {
  const seen = new Set<object>([error]);
  // A set grows while it is walked, and what is in it is walked once.
  for (const object of seen) {
    if (seen.size > MOST_OBJECTS || isStripeError(object)) return false;
    for (const value of valuesIn(object)) {
      if (isObject(value) && !ArrayBuffer.isView(value)) seen.add(value);
    }
  }
  return true;
}

function isStripeError(object: object): boolean {
  return (
    'rawType' in object || 'lastResponse' in object || /^Stripe[A-Z]/.test(String(dataOf(object, 'type')))
  );
}

// Without calling getters, which may do anything.
function valuesIn(object: object): unknown[] {
  const own = Reflect.ownKeys(object).map((key) => dataOf(object, key));
  if (object instanceof Map) return [...own, ...object.keys(), ...object.values()];
  return object instanceof Set ? [...own, ...object] : own;
}

function dataOf(object: object, key: PropertyKey): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

// The message may quote Stripe's answer, and a stack begins with it.
function withoutFields(error: Record<string, unknown>): Error {
  const { name, code, stack } = error;
  const copy = new Error(
    'The message is withheld: the error holds one of stripe-node, or is too large to look through.',
  );
  if (typeof name === 'string') copy.name = name;
  if (typeof code === 'string' || typeof code === 'number') Object.assign(copy, { code });
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  copy.stack = [`${copy.name}: ${copy.message}`, ...frames].join('\n');
  return copy;
}
