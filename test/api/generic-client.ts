/**
 * A client made of nothing but /openapi.json: fills paths and queries from the schemas there and judges each answer by
 * the schema of its status. It knows of JSON Schema what the description uses.
 */

export type Operation = {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  readonly body: Schema | null;
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema: Schema }>> }>>;
};

export type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
};

type Described = {
  readonly summary: string;
  readonly parameters?: Operation['parameters'];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  readonly responses: Operation['responses'];
};
export type Description = { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };

export const operationsOf = ({ paths }: Description): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      ...{ path, parameters, responses, method: method.toUpperCase() },
      body: requestBody?.content['application/json']?.schema ?? null,
    })),
  );

/** What is wrong with a value by its schema, each with its place; empty: nothing. */
export function faultsOf(schema: Schema, value: unknown, at = '$'): string[] {
  const { anyOf, type, enum: allowed, pattern, minimum, maximum } = schema;
  if (anyOf !== undefined) return faultsOfUnion(anyOf, value, at);
  if (type !== undefined && ![type].flat().some((one) => isOf(one, value)))
    return [`${at}: no ${[type].flat().join()}`];
  if (allowed !== undefined && !allowed.includes(value)) return [`${at}: ${JSON.stringify(value)} is not allowed`];
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return [`${at}: ${value} is no ${pattern}`];
  }
  if (typeof value === 'number' && (value < (minimum ?? value) || value > (maximum ?? value))) return [`${at}: range`];
  if (Array.isArray(value)) return value.flatMap((one, n) => faultsOf(schema.items ?? {}, one, `${at}[${n}]`));
  return typeof value === 'object' && value !== null ? faultsOfFields(schema, { ...value }, at) : [];
}

function faultsOfUnion(anyOf: readonly Schema[], value: unknown, at: string): string[] {
  const each = anyOf.map((one) => faultsOf(one, value, at));
  return each.some((faults) => faults.length === 0) ? [] : (each[0] ?? []);
}

function faultsOfFields(schema: Schema, value: Readonly<Record<string, unknown>>, at: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`);
  const inside = Object.entries(value).flatMap(([name, one]) => {
    const own = properties[name];
    if (own !== undefined) return faultsOf(own, one, `${at}.${name}`);
    if (additionalProperties === false) return [`${at}.${name}: not described`];
    return typeof additionalProperties === 'object' ? faultsOf(additionalProperties, one, `${at}.${name}`) : [];
  });
  return [...missing, ...inside];
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** The schema of an answer, by its status and its content type; undefined: it is not described. */
export function schemaOfAnswer({ responses }: Operation, status: number, contentType: string): Schema | undefined {
  const found = responses[String(status)] ?? responses[`${Math.floor(status / 100)}XX`];
  return found?.content?.[contentType.split(';', 1)[0] ?? '']?.schema;
}
