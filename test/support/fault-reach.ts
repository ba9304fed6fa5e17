import { ClientRequest, IncomingMessage, OutgoingMessage } from 'node:http';
import { Server, Socket } from 'node:net';

/**
 * What Node.js and Express publish whole: the host's own request, which holds the cookie, the answer to it, and the
 * request to Stripe, which must hold the key. No channel, event or error of this package may lead to one.
 */
export const LIVE: readonly (abstract new (...args: never[]) => object)[] = [
  IncomingMessage,
  OutgoingMessage,
  ClientRequest,
  Server,
  Socket,
];

/**
 * All text that can be reached from a value, whatever prints it: by its own properties, hidden or not, symbols,
 * Maps, Sets and bytes, at any depth. Getters are called, as a logger would. Instances of `passedOver` are not
 * looked into.
 */
export function textReachedFrom(value: unknown, passedOver: typeof LIVE = []): string {
  const found: string[] = [];
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string' || typeof next === 'symbol') found.push(String(next));
    if ((typeof next !== 'object' && typeof next !== 'function') || next === null) continue;
    if (seen.has(next) || passedOver.some((type) => next instanceof type)) continue;
    seen.add(next);
    if (ArrayBuffer.isView(next))
      found.push(Buffer.from(next.buffer, next.byteOffset, next.byteLength).toString());
    else waiting.push(...partsOf(next));
  }
  return found.join('\n');
}

function partsOf(object: object): unknown[] {
  const parts: unknown[] = Reflect.ownKeys(object).flatMap((key) => [key, read(object, key)]);
  if (object instanceof Map) parts.push(...object.keys(), ...object.values());
  if (object instanceof Set) parts.push(...object);
  return parts;
}

function read(object: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(object, key);
  } catch {
    return undefined;
  }
}
