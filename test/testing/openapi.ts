import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';

const FOLDER = resolve(__dirname, '../../../shared/stripe');

/** A schema of OpenAPI 3.0, as far as Stripe's description uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: (string | boolean | null)[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  maxLength?: number;
  pattern?: string;
  format?: string;
}

interface Operation {
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Stripe's OpenAPI description, and validators from it that refuse what it does not name. */
export class StripeDescription {
  readonly #description: Description;
  readonly #validators = new Map<Schema, ValidateFunction>();
  readonly #ajv = new Ajv({ strict: false, allErrors: true });

  constructor(text: string) {
    this.#description = JSON.parse(text);
    this.#ajv.addFormat('unix-time', { type: 'number', validate: (seconds) => seconds > 0 });
    const schemas = Object.entries(this.#description.components.schemas);
    const components = {
      schemas: Object.fromEntries(schemas.map(([name, schema]) => [name, strict(schema)])),
    };
    this.#ajv.addSchema({ $id: 'stripe', components });
  }

  /** The schema of a route's form; the route is written as the emulator writes it. */
  request(route: string): Schema {
    return this.#operation(route).requestBody.content['application/x-www-form-urlencoded']?.schema ?? {};
  }

  /** The names of a route's query parameters. */
  queryNames(route: string): string[] {
    const parameters = this.#operation(route).parameters ?? [];
    return parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  }

  validator(schema: Schema): ValidateFunction {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(strict(schema));
    this.#validators.set(schema, validate);
    return validate;
  }

  /** What is wrong with an answer, by the route's schema for its status; empty where nothing is. */
  faultsOf(route: string, status: number, body: unknown): string[] {
    const { responses } = this.#operation(route);
    const schema = (responses[String(status)] ?? responses.default)?.content['application/json']?.schema;
    if (!schema) return [`${route} describes no answer ${status}`];
    const validate = this.validator(schema);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${route} ${instancePath} ${message}`);
  }

  #operation(route: string): Operation {
    const [method = '', path = ''] = route.split(' ');
    const operation = this.#description.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`The description has no ${route}`);
    return operation;
  }
}

// OpenAPI 3.0 says `nullable`, JSON Schema says `null`; and a name that is not described is a mistake here.
function strict(schema: Schema): object {
  const { nullable, ...rest } = schema;
  const converted: Record<string, unknown> = { ...rest };
  if (rest.$ref) converted.$ref = `stripe${rest.$ref}`;
  if (rest.properties) {
    converted.properties = mapValues(rest.properties);
    converted.additionalProperties ??= false;
  }
  if (typeof rest.additionalProperties === 'object') {
    converted.additionalProperties = strict(rest.additionalProperties);
  }
  if (rest.items) converted.items = strict(rest.items);
  if (rest.anyOf) converted.anyOf = rest.anyOf.map(strict);
  return nullable ? { anyOf: [converted, { type: 'null' }] } : converted;
}

function mapValues(schemas: Record<string, Schema>): Record<string, object> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, strict(schema)]));
}

/** Runs a suite over a file of `../shared/stripe`, which a clone alone does not have; says so where it is missing. */
export function describeWith(file: string, title: string, suite: (text: string) => void): void {
  const path = resolve(FOLDER, file);
  if (existsSync(path)) {
    describe(title, () => suite(readFileSync(path, 'utf8')));
    return;
  }
  const missing = `${title} (needs ../shared/stripe/${file})`;
  process.emitWarning(`Skipped: ${missing}`);
  test.skip(missing, () => {
    throw new Error(`${path} is missing`);
  });
}
