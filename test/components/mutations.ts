import fc from 'fast-check';
import type { Component, Components, Features, Names } from './generated.js';

/** Components that have left what Stripe takes. */
export interface Left {
  readonly components: unknown;
  /** What is due: a refusal, or one warning, after which they pass. */
  readonly verdict: 'refused' | 'warned';
  /** What the message must say. */
  readonly says: RegExp;
  /** The schema alone would take them; what Stripe's texts say besides refuses them. */
  readonly isProse?: boolean;
}

type Mutation = (components: Components) => fc.Arbitrary<Left>;

const GATED = ['payment_method_remove_last', 'payment_method_update', 'payment_method_set_as_default'];
// A name that every object has must not count as known.
const NEW = [...GATED, 'constructor', 'link_element', 'payment_method_nickname', 'x2'];
const NO_NAMES = [
  'paymentElement',
  'payment-element',
  'payment element',
  'Payment_Element',
  '_x',
  '9lives',
  'ñandú',
  '',
];
const JUNK = [
  null,
  true,
  'yes',
  '',
  7,
  -1,
  0.5,
  Number.NaN,
  11,
  {},
  { enabled: true },
  [],
  ['always', 'no'],
  ['enabled'],
  [1],
];

/** Every way out of the schema that section 2 of the design speaks of. */
export function mutationsOf(names: Names): Record<string, Mutation> {
  const components = [...names.keys()];
  const withFeatures = components.filter((name) => (names.get(name) ?? []).length > 0);
  const features = [...new Set([...names.values()].flat())];
  const featured = fc.constantFrom(...withFeatures);
  const newFeature = nameFarFrom(features);
  const newComponent = nameFarFrom([...components, ...features]);

  return {
    'a value that a feature does not take': (given) =>
      fc
        .tuple(featured, fc.nat(), fc.constantFrom(...JUNK))
        .chain(([name, nth, junk]) => {
          const own = names.get(name) ?? [];
          const feature = own[nth % own.length] ?? '';
          if (isTaken(feature, junk)) return fc.constant(undefined);
          // The schema has no bounds for the limit, and takes a list of nothing, which no form can send.
          const isProse = feature.endsWith('_limit') ? Number.isInteger(junk) : isEmptyList(feature, junk);
          return fc.constant({
            ...refused(put(given, name, { [feature]: junk }), pathOf(name, feature)),
            isProse,
          });
        })
        .filter((left) => left !== undefined),
    'a word of another feature, or one letter wrong': (given) =>
      fc
        .tuple(
          featured,
          fc.nat(),
          fc.constantFrom('enabled', 'disabled', 'always', 'on_session', 'limited'),
          fc.nat(),
        )
        .map(([name, nth, word, at]) => {
          const own = (names.get(name) ?? []).filter((feature) => !/limit$|filters$/.test(feature));
          const feature = own[nth % own.length] ?? '';
          const slip = word.slice(0, at % word.length) + word.slice((at % word.length) + 1);
          const value = isTaken(feature, word) ? slip : word;
          return refused(put(given, name, { [feature]: value }), pathOf(name, feature));
        }),
    'a redisplay limit that is out of bounds': (given) =>
      fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 11 })).map((limit) => ({
        ...refused(
          put(given, 'payment_element', { payment_method_redisplay_limit: limit }),
          pathOf('payment_element', 'payment_method_redisplay_limit'),
        ),
        isProse: true,
      })),
    'an override of what is saved': (given) =>
      fc.constantFrom('always', 'limited', 'unspecified').map((value) => {
        const override = 'payment_method_save_allow_redisplay_override';
        const both = { payment_method_save: 'enabled', [override]: value };
        return {
          ...refused(put(given, 'mobile_payment_element', both), pathOf('mobile_payment_element', override)),
          isProse: true,
        };
      }),
    'a feature of another component': (given) =>
      fc
        .tuple(fc.constantFrom(...components), fc.constantFrom(...features))
        .filter(([name, feature]) => !names.get(name)?.includes(feature))
        .map(([name, feature]) => {
          const owner = components.find((other) => names.get(other)?.includes(feature)) ?? '';
          return refused(
            put(given, name, { [feature]: 'enabled' }),
            new RegExp(`"${feature}".*${owner}`, 's'),
          );
        }),
    'a slip of the keyboard in a feature': (given) =>
      fc.tuple(featured, fc.nat()).chain(([name, nth]) => {
        const own = names.get(name) ?? [];
        return slipOf(own[nth % own.length] ?? '', features).map((slip) =>
          refused(put(given, name, { [slip]: 'enabled' }), /Did you mean "payment_method_/),
        );
      }),
    'a slip of the keyboard in a component': (given) =>
      fc
        .constantFrom(...components)
        .chain((name) =>
          slipOf(name, components).map((slip) =>
            refused({ ...given, [slip]: { enabled: true } }, /Did you mean "[a-z_]+"/),
          ),
        ),
    'a feature that Stripe may have added': (given) =>
      fc
        .tuple(fc.constantFrom(...components), newFeature, fc.constantFrom('enabled', 3, ['x']))
        .map(([name, feature, value]) => warned(put(given, name, { [feature]: value }), feature)),
    'a component that Stripe may have added': (given) =>
      newComponent.map((name) => warned({ ...given, [name]: { enabled: true } }, name)),
    'a name that is none of Stripe’s': (given) =>
      fc
        .tuple(fc.constantFrom(...NO_NAMES), fc.boolean(), featured)
        .map(([name, isFeature, component]) =>
          refused(
            isFeature
              ? put(given, component, { [name]: 'enabled' })
              : { ...given, [name]: { enabled: true } },
            /unknown (component|feature)/,
          ),
        ),
    'an enabled that is no boolean': (given) =>
      fc
        .tuple(
          fc.constantFrom(...Object.keys(given)),
          fc.constantFrom(undefined, null, 'true', 1, 0, '', {}, []),
        )
        .map(([name, enabled]) =>
          refused(
            { ...given, [name]: { ...given[name], enabled } },
            new RegExp(`components\\.${name}\\.enabled`),
          ),
        ),
    'a component that is no object': (given) =>
      fc
        .tuple(fc.constantFrom(...Object.keys(given)), fc.constantFrom(null, true, 'enabled', 1, []))
        .map(([name, value]) => refused({ ...given, [name]: value }, new RegExp(`components\\.${name}"`))),
    'features that are no object': (given) =>
      fc
        .tuple(featured, fc.constantFrom(null, true, 'enabled', 1, []))
        .map(([name, value]) =>
          refused(
            { ...given, [name]: { enabled: true, features: value } },
            new RegExp(`components\\.${name}\\.features"`),
          ),
        ),
    'a member beside enabled and features': (given) =>
      fc
        .tuple(fc.constantFrom(...Object.keys(given)), fc.constantFrom('feature', 'Enabled', ...features))
        .map(([name, member]) =>
          refused(
            { ...given, [name]: { ...given[name], [member]: 'enabled' } },
            new RegExp(`components\\.${name}\\.${member}`),
          ),
        ),
    'nothing enabled': (given) =>
      fc.constant({ ...refused(allDisabled(given), /Enable at least one component/), isProse: true }),
  };
}

function refused(components: unknown, says: RegExp): Left {
  return { components, verdict: 'refused', says };
}

function warned(components: unknown, says: string): Left {
  return { components, verdict: 'warned', says: new RegExp(`"${says}"`) };
}

function put(components: Components, name: string, features: Features): Components {
  const component: Component = { ...components[name], enabled: true };
  // Alone, so that nothing else in it decides.
  return { ...components, [name]: { ...component, features } };
}

function allDisabled(components: Components): Components {
  return Object.fromEntries(
    Object.entries(components).map(([name, one]) => [name, { ...one, enabled: false }]),
  );
}

function pathOf(component: string, feature: string): RegExp {
  return new RegExp(`components\\.${component}\\.features\\.${feature}`);
}

function isEmptyList(feature: string, value: unknown): boolean {
  return feature.endsWith('_filters') && Array.isArray(value) && value.length === 0;
}

/** Whether the schema takes it, by the name's own rule. */
function isTaken(feature: string, value: unknown): boolean {
  if (feature.endsWith('_limit')) return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 10;
  if (feature.endsWith('_filters') || typeof value !== 'string') return false;
  if (feature.endsWith('_usage')) return ['on_session', 'off_session'].includes(value);
  if (feature.endsWith('_override')) return ['always', 'limited', 'unspecified'].includes(value);
  return ['enabled', 'disabled'].includes(value);
}

/** One or two letters of a word of the name left out, doubled or replaced. */
function slipOf(name: string, known: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    how: fc.constantFrom('out', 'twice', 'other'),
    letter: fc.constantFrom('e', 't', 'a', 'o', 'q'),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 2 })
    .map((edits) => edits.reduce((text, { at, how, letter }) => editLetter(text, { at, how, letter }), name))
    .filter((slip) => !known.includes(slip) && slip.split('_').every((word) => word.length > 0));
}

function editLetter(text: string, { at, how, letter }: { at: number; how: string; letter: string }): string {
  const places = [...text].flatMap((character, index) => (character === '_' ? [] : [index]));
  const index = places[at % places.length] ?? 0;
  const middle = { out: '', twice: `${text[index]}${text[index]}`, other: letter }[how];
  return `${text.slice(0, index)}${middle}${text.slice(index + 1)}`;
}

/** Names in Stripe's manner that are no slip of a known one: other words, or more than two letters away. */
function nameFarFrom(known: readonly string[]): fc.Arbitrary<string> {
  const word = fc.stringMatching(/^[a-z]{2,8}$/);
  const made = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('_'));
  const grown = fc.tuple(fc.constantFrom(...known), word).map(([name, more]) => `${name}_${more}`);
  return fc
    .oneof(fc.constantFrom(...NEW), made, grown)
    .filter((name) => !known.some((other) => isSlip(name, other)));
}

function isSlip(name: string, other: string): boolean {
  return name.split('_').length === other.split('_').length && distance(name, other) <= 2;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, above] of row.slice(1).entries()) {
      const kept = (row[column] ?? 0) + Number(letter !== b[column]);
      next.push(Math.min(kept, above + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
