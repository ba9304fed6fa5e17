import { choiceError, configError } from './config-error.js';

/** setTimeout's longest delay, in ms. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** An object that is no array: what options, profiles and JSON answers are. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}

/** The option's value or its default. @throws {TypeError} for all that is no whole number in the range */
export function wholeNumber(
  option: string,
  value: unknown,
  fallback: number,
  [least, most]: readonly [least: number, most: number],
): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw choiceError(option, value, `Use a whole number from ${least} to ${most}, or leave it out.`);
}

export function boolean<Fallback>(option: string, value: unknown, fallback: Fallback): boolean | Fallback {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  throw choiceError(option, value, 'Use true or false, or leave it out.');
}

export function optionalFunction<Fn>(option: string, value: Fn | undefined): Fn | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw configError(option, value, 'Pass a function, or leave it out.');
}

/** `{ [key]: value }`, or nothing where there is no value: events carry no `undefined`. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
