import fc from 'fast-check';
import type { Schema } from '../testing/openapi.js';

export type Features = Record<string, unknown>;
export interface Component {
  enabled: boolean;
  features?: Features;
}
export type Components = Record<string, Component>;

/** The schemas of Stripe's components, by name. */
export type Schemas = Record<string, Schema>;

/** The names that the schema knows: each component's features, none for a component that has none. */
export type Names = ReadonlyMap<string, readonly string[]>;

export function namesOf(schemas: Schemas): Names {
  return new Map(Object.entries(schemas).map(([name, schema]) => [name, Object.keys(featuresOf(schema))]));
}

/** Objects that the schema takes, and Stripe's prose too: one component is enabled, limits end at 10, … */
export function componentsOf(schemas: Schemas): fc.Arbitrary<Components> {
  const one = Object.entries(schemas).map(([name, schema]) => [name, componentOf(schema)] as const);
  return fc
    .record(Object.fromEntries(one), { requiredKeys: [] })
    .filter((components) => Object.values(components).some((component) => component?.enabled))
    .map((components): Components => ({ ...components }) as Components);
}

function componentOf(schema: Schema): fc.Arbitrary<Component> {
  const features = Object.entries(featuresOf(schema)).map(
    ([name, feature]) => [name, settingOf(feature)] as const,
  );
  const enabled = fc.boolean();
  if (features.length === 0) return fc.record({ enabled });
  const some = fc.record(Object.fromEntries(features), { requiredKeys: [] }).map(withinProse);
  return fc.record({ enabled, features: some }, { requiredKeys: ['enabled'] }) as fc.Arbitrary<Component>;
}

// "When payment_method_save is set to disabled", says the override's description.
function withinProse(features: Features): Features {
  if (features.payment_method_save_allow_redisplay_override === undefined) return features;
  return { ...features, payment_method_save: 'disabled' };
}

function settingOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  // "The maximum redisplay limit is 10"; an empty list cannot be told from none in a form.
  if (schema.type === 'integer') return fc.integer({ min: 1, max: 10 });
  if (schema.type === 'array' && schema.items)
    return fc.array(settingOf(schema.items), { minLength: 1, maxLength: 5 });
  throw new Error(`The schema has something new: ${JSON.stringify(schema).slice(0, 200)}`);
}

function featuresOf(schema: Schema): Record<string, Schema> {
  return schema.properties?.features?.properties ?? {};
}
