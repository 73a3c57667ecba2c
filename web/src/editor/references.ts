// Which names of nodes, texts and flows a flow refers to: found by the schema, so that no node type can be forgotten.

import type { Path } from "./document";
import { chosen, type Fields, isFields, type Kind, type Schema } from "./schema";

export interface Reference {
  path: Path;
  kind: Kind;
  name: string;
}

export const TEXTS: readonly Kind[] = ["text", "message", "written"];

/** Every reference in a flow, or, with its schema, in a part of one. */
export function references(value: unknown, root: Schema, schema: Schema = root, path: Path = []): Reference[] {
  const found = chosen(schema, value, root);
  const kind = found["x-refers-to"];
  if (kind) return typeof value === "string" ? [{ path, kind, name: value }] : [];
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => (found.items ? references(item, root, found.items, [...path, at]) : []));
  }
  return isFields(value) ? inFields(value, root, found, path) : [];
}

function inFields(value: Fields, root: Schema, schema: Schema, path: Path): Reference[] {
  const others = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  return Object.entries(value).flatMap(([name, item]) =>
    references(item, root, schema.properties?.[name] ?? others, [...path, name]),
  );
}
