import fc from 'fast-check';
import { parseComponents } from '../../src/components/components.js';
import { describeWithSeeds } from '../support/seeds.js';
import { describeWith, StripeDescription } from '../testing/openapi.js';
import { type Components, componentsOf, namesOf, type Schemas } from './generated.js';
import { mutationsOf } from './mutations.js';

const RUNS = 300;

interface Outcome {
  readonly parsed?: unknown;
  readonly error?: unknown;
  readonly warnings: readonly string[];
}

function outcomeOf(components: unknown): Outcome {
  const warnings: string[] = [];
  try {
    const parsed = parseComponents(components, (_code, text) => warnings.push(text));
    return { parsed, warnings };
  } catch (error) {
    return { error, warnings };
  }
}

describeWith('customer-sessions.openapi.json', "components against Stripe's schema", (text) => {
  const description = new StripeDescription(text);
  const request = description.request('POST /v1/customer_sessions');
  const schemas: Schemas = request.properties?.components?.properties ?? {};
  const isInSchema = description.validator({
    type: 'object',
    properties: { components: { type: 'object', properties: schemas } },
  });
  const names = namesOf(schemas);

  it('has seven components and thirteen features', () => {
    expect([names.size, [...names.values()].flat().length]).toEqual([7, 13]);
  });

  describeWithSeeds('components', (seed) => {
    it('takes every object that the schema takes, as it is and without a word', () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(componentsOf(schemas), (components: Components) => {
          for (const choice of choicesIn(components)) seen.add(choice);
          expect(isInSchema({ components })).toBe(true);
          expect(outcomeOf(components)).toEqual({ parsed: components, warnings: [] });
        }),
        { seed, numRuns: RUNS },
      );
      expect([...seen].toSorted()).toEqual(choicesOf(schemas).toSorted());
    });

    it('gives a copy that nobody can change', () => {
      fc.assert(
        fc.property(componentsOf(schemas), (components) => {
          const { parsed } = outcomeOf(components);
          expect(parsed).not.toBe(components);
          expect(unfrozenIn(parsed)).toEqual([]);
        }),
        { seed, numRuns: RUNS },
      );
    });

    it.each(Object.entries(mutationsOf(names)))('refuses or warns of what leaves it: %s', (_, mutation) => {
      const leaving = componentsOf(schemas).chain((components) => mutation(components));
      fc.assert(
        fc.property(leaving, ({ components, verdict, says, isProse = false }) => {
          // What the schema itself would take is refused for what Stripe's prose says.
          expect(isInSchema({ components })).toBe(isProse);
          const { parsed, error, warnings } = outcomeOf(components);
          if (verdict === 'warned') {
            expect({ parsed, error }).toEqual({ parsed: components, error: undefined });
            expect(warnings).toEqual([expect.stringMatching(says)]);
          } else {
            expect(error).toBeInstanceOf(TypeError);
            expect(String(error)).toMatch(says);
          }
        }),
        { seed, numRuns: RUNS },
      );
    });
  });
});

/** The paths of the objects in a value that are not frozen. */
function unfrozenIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const within = Object.entries(value).flatMap(([name, child]) => unfrozenIn(child, `${path}.${name}`));
  return Object.isFrozen(value) ? within : [path, ...within];
}

/** Each word that a component has for a feature, as `component.feature=word`. */
function choicesIn(components: Components): string[] {
  return Object.entries(components).flatMap(([name, { features = {} }]) =>
    Object.entries(features).flatMap(([feature, value]) =>
      typeof value === 'string' ? [`${name}.${feature}=${value}`] : [],
    ),
  );
}

function choicesOf(schemas: Schemas): string[] {
  return Object.entries(schemas).flatMap(([name, schema]) =>
    Object.entries(schema.properties?.features?.properties ?? {}).flatMap(([feature, { enum: words = [] }]) =>
      words.map((word) => `${name}.${feature}=${String(word)}`),
    ),
  );
}
