import type { Param } from './api-client.js';
import type { Schema } from './openapi.js';

/** A value for a parameter, and whether Stripe's description allows it. */
export interface Variant {
  value: Param;
  good: boolean;
}

/** Values that are right and wrong in each place of a schema, one place at a time. */
export function variants(schema: Schema): Variant[] {
  if (schema.anyOf) return schema.anyOf.flatMap((branch) => branchVariants(branch));
  if (schema.enum) return enumVariants(schema.enum);
  if (schema.type === 'object') return objectVariants(schema);
  if (schema.type === 'array') return arrayVariants(schema.items ?? {});
  if (schema.type === 'boolean') return [good(true), good(false), bad('yes'), bad({ a: 'b' })];
  if (schema.type === 'integer') return [good(7), bad('seven'), bad(1.5), bad({ a: 'b' })];
  const { maxLength } = schema;
  const long = maxLength === undefined ? [] : [good('a'.repeat(maxLength)), bad('a'.repeat(maxLength + 1))];
  return [good('text'), bad({ a: 'b' }), ...long];
}

// A wrong value of one branch may be right in another.
function branchVariants(branch: Schema): Variant[] {
  return variants(branch).filter((variant) => variant.good || typeof variant.value === 'object');
}

function enumVariants(values: readonly unknown[]): Variant[] {
  const texts = values.map(String);
  const wrong = texts.includes('') ? [] : [bad('sometimes'), bad(String(texts[0]).toUpperCase())];
  return [...texts.map(good), ...wrong];
}

function arrayVariants(items: Schema): Variant[] {
  const single = variants(items).map(({ value, good: fine }) => ({ value: [value], good: fine }));
  const several = (items.enum ?? []).map(String);
  return [...single, ...(several.length > 1 ? [good(several)] : []), bad('text')];
}

function objectVariants(schema: Schema): Variant[] {
  if (!schema.properties) return [good({ key: 'value' }), bad({ key: { deeper: 'value' } })];
  const base = minimal(schema);
  const each = Object.entries(schema.properties).flatMap(([name, property]) =>
    variants(property).map(({ value, good: fine }) => ({ value: { ...base, [name]: value }, good: fine })),
  );
  const without = (schema.required ?? []).map((name) => {
    const { [name]: _, ...rest } = base;
    return { ...rest };
  });
  // An object without members cannot be told from none in a form.
  const incomplete = without.filter((value) => Object.keys(value).length > 0).map(bad);
  return [...each, ...incomplete, bad({ ...base, unheard_of: 'text' })];
}

function minimal(schema: Schema): { [name: string]: Param } {
  const required = schema.required ?? [];
  return Object.fromEntries(
    required.map((name) => [name, firstGood(schema.properties?.[name] ?? {})] as const),
  );
}

function firstGood(schema: Schema): Param {
  const found = variants(schema).find((variant) => variant.good);
  if (!found) throw new Error('No value fits the schema');
  return found.value;
}

const good = (value: Param): Variant => ({ value, good: true });
const bad = (value: Param): Variant => ({ value, good: false });
