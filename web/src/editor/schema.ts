// The JSON Schema of flows, as the server makes it from the types that flows are read into.

export type Kind = "node" | "text" | "message" | "written" | "flow";

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  anyOf?: Schema[];
  type?: string;
  enum?: (string | number)[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  default?: unknown;
  description?: string;
  discriminator?: { mapping: Record<string, string> };
  pattern?: string;
  minimum?: number;
  maximum?: number;
  "x-refers-to"?: Kind;
}

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a schema with `$ref` points to. */
export function resolved(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return name ? (root.$defs?.[name] ?? {}) : schema;
}

/** The schema of `value` where there are several; of what may be null, what it is when it is not. */
export function chosen(schema: Schema, value: unknown, root: Schema): Schema {
  const found = resolved(schema, root);
  if (found.discriminator && isFields(value)) {
    const ref = found.discriminator.mapping[String(value.type)];
    return ref ? resolved({ $ref: ref }, root) : {};
  }
  const choices = (found.anyOf ?? []).filter((one) => one.type !== "null");
  return choices.length === 1 && choices[0] ? chosen(choices[0], value, root) : found;
}

/** The schema of one node type; empty for one that there is not. */
export function schemaOf(type: unknown, root: Schema): Schema {
  const nodes = root.properties?.nodes?.additionalProperties;
  return typeof nodes === "object" ? chosen(nodes, { type }, root) : {};
}

/** The node types, in the order of the alphabet. */
export function nodeTypes(root: Schema): string[] {
  const nodes = root.properties?.nodes?.additionalProperties;
  return typeof nodes === "object" ? Object.keys(nodes.discriminator?.mapping ?? {}) : [];
}

/** What a new value begins with, so that its form is whole. */
export function blank(schema: Schema, root: Schema): unknown {
  const { type, enum: values, properties, required = [] } = chosen(schema, undefined, root);
  if (values) return values[0];
  if (type === "object") {
    const wanted = Object.entries(properties ?? {}).filter(([name]) => required.includes(name));
    return Object.fromEntries(wanted.map(([name, each]) => [name, blank(each, root)]));
  }
  if (type === "array") return [];
  if (type === "boolean") return false;
  return type === "number" || type === "integer" ? 1 : "";
}
