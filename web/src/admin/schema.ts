// The JSON schema of the settings, as far as forms need it: what a field is, and what is wrong with a value.

import { isMap, type Path, type Plain } from "./draft";

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  enum?: string[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  default?: Plain;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  pattern?: string;
}

/** A choice has its values, a map and a list the schema of what is in them. */
export type Kind =
  | { is: "text" | "number" | "yes" }
  | { is: "choice"; of: string[] }
  | { is: "fields"; fields: Record<string, Schema> }
  | { is: "map" | "list"; of: Schema };

/** The schema with its reference followed; what stands beside a reference stays. */
export function resolved(schema: Schema, root: Schema): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  return { ...resolved(root.$defs?.[$ref.split("/").at(-1) ?? ""] ?? {}, root), ...beside };
}

/** The schema at a path; undefined where nothing can be. */
export function schemaAt(root: Schema, path: Path): Schema | undefined {
  let found: Schema | undefined = resolved(root, root);
  for (const part of path) {
    const ways: Schema[] = found ? waysOf(found, root) : [];
    found = ways.map((way) => inside(way, part)).find((one) => one !== undefined);
    if (found) found = resolved(found, root);
  }
  return found;
}

function inside(schema: Schema, part: string | number): Schema | undefined {
  if (typeof part === "number") return schema.items;
  const own = schema.properties?.[part];
  return own ?? (isMap(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined);
}

function waysOf(schema: Schema, root: Schema): Schema[] {
  return (schema.anyOf ?? [schema]).map((way) => resolved(way, root)).filter((way) => way.type !== "null");
}

/** What may be written, one kind for each way of writing it. */
export function kindsOf(schema: Schema, root: Schema): Kind[] {
  return waysOf(resolved(schema, root), root).map(kindOf);
}

function kindOf(schema: Schema): Kind {
  if (schema.enum) return { is: "choice", of: schema.enum };
  if (schema.properties) return { is: "fields", fields: schema.properties };
  if (schema.type === "object") return { is: "map", of: (schema.additionalProperties ?? {}) as Schema };
  if (schema.type === "array") return { is: "list", of: schema.items ?? {} };
  if (schema.type === "number" || schema.type === "integer") return { is: "number" };
  return { is: schema.type === "boolean" ? "yes" : "text" };
}

/** Whether nothing may stand there. */
export function isOptional(schema: Schema): boolean {
  return schema.anyOf?.some((way) => way.type === "null") ?? false;
}

/** What is wrong with a value: `code` for its words, `bound` what it would have to keep to. */
export interface Fault {
  code: "number" | "whole" | "least" | "more" | "most" | "choice" | "pattern";
  bound?: string;
}

/** What can be told while somebody types; undefined when nothing is. The server looks further. */
export function faultOf(schema: Schema, value: Plain | undefined, root: Schema): Fault | undefined {
  if (value === undefined || value === null) return undefined;
  const faults = waysOf(resolved(schema, root), root).map((way) => faultIn(way, value));
  return faults.every((fault) => fault !== undefined) ? faults.at(-1) : undefined;
}

function faultIn(schema: Schema, value: Plain): Fault | undefined {
  if (schema.enum)
    return schema.enum.includes(String(value)) ? undefined : { code: "choice", bound: schema.enum.join(", ") };
  if (schema.type === "number" || schema.type === "integer") return numberFault(schema, value);
  if (schema.type === "string" && typeof value === "string" && schema.pattern) {
    return new RegExp(schema.pattern).test(value) ? undefined : { code: "pattern", bound: schema.pattern };
  }
  return undefined;
}

function numberFault(schema: Schema, value: Plain): Fault | undefined {
  if (typeof value !== "number") return { code: "number" };
  if (schema.type === "integer" && !Number.isInteger(value)) return { code: "whole" };
  const { minimum, maximum, exclusiveMinimum } = schema;
  if (minimum !== undefined && value < minimum) return { code: "least", bound: String(minimum) };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return { code: "more", bound: String(exclusiveMinimum) };
  if (maximum !== undefined && value > maximum) return { code: "most", bound: String(maximum) };
  return undefined;
}

/** What was typed into a field of numbers: a number where it is one, nothing for nothing, else as it was typed. */
export function typedNumber(text: string): Plain | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return Number.isFinite(Number(trimmed)) ? Number(trimmed) : text;
}
