// A flow as nodes with outlets, and edges from outlets to nodes.

import type { Path } from "./document";
import { chosen, type Fields, isFields, type Schema, schemaOf } from "./schema";

/** Where a node leads, or may lead: at `path` within the node. */
export interface Outlet {
  path: Path;
  label: string;
  target: string;
  required: boolean;
}

export interface GraphNode {
  name: string;
  type: string;
  /** The text it says, or what else tells it apart from others of its type. */
  about: string;
  outlets: Outlet[];
  isStart: boolean;
}

/** The nodes of a flow, in the order in which they are written. */
export function nodesOf(flow: Fields, schema: Schema): GraphNode[] {
  const nodes = isFields(flow.nodes) ? flow.nodes : {};
  return Object.entries(nodes).map(([name, node]) => {
    const fields = isFields(node) ? node : {};
    return {
      name,
      type: typeof fields.type === "string" ? fields.type : "",
      about: aboutOf(fields),
      outlets: outlets(fields, schemaOf(fields.type, schema), schema),
      isStart: flow.start === name,
    };
  });
}

/** The id of an outlet within its node, and back. */
export const outletId = (path: Path) => JSON.stringify(path);
export const outletPath = (id: string): Path => JSON.parse(id);

const TELLING = ["queue", "flow", "text", "variable", "service", "purpose", "to", "title", "percent", "minutes"];

function aboutOf(node: Fields): string {
  const field = TELLING.find((name) => typeof node[name] === "string" || typeof node[name] === "number");
  return field ? String(node[field]) : "";
}

function outlets(value: unknown, schema: Schema, root: Schema, path: Path = [], required = true): Outlet[] {
  const found = chosen(schema, value, root);
  if (found["x-refers-to"] === "node") {
    return [{ path, label: labelOf(path), target: typeof value === "string" ? value : "", required }];
  }
  if (found.type === "array" && Array.isArray(value)) {
    return value.flatMap((item, at) =>
      outlets(item, found.items ?? {}, root, [...path, at]).map((one) => ({ ...one, label: itemLabel(item, one) })),
    );
  }
  if (found.type !== "object") return [];
  const fields = isFields(value) ? value : {};
  const others = typeof found.additionalProperties === "object" ? found.additionalProperties : null;
  return [
    ...Object.entries(found.properties ?? {}).flatMap(([name, each]) => {
      const nested = chosen(each, fields[name], root);
      if (nested["x-refers-to"] !== "node" && fields[name] === undefined) return [];
      return outlets(fields[name], each, root, [...path, name], found.required?.includes(name) ?? false);
    }),
    ...(others ? Object.keys(fields).flatMap((key) => outlets(fields[key], others, root, [...path, key])) : []),
  ];
}

const labelOf = (path: Path) => String(path.at(-1) ?? "");

/** An item of a list is told apart by its condition or its key. */
function itemLabel(item: unknown, outlet: Outlet): string {
  const fields = isFields(item) ? item : {};
  const told = fields.when ?? fields.key;
  return told === undefined ? outlet.label : String(told);
}

/** Two versions of a flow. */
export interface Compared {
  old: Fields;
  now: Fields;
}

export type Mark = "added" | "changed" | "removed" | "";

/** The nodes of the new version, and those of the old one that are gone. */
export function nodesOfBoth({ old, now }: Compared, schema: Schema): GraphNode[] {
  const nodes = nodesOf(now, schema);
  const names = new Set(nodes.map((node) => node.name));
  return [...nodes, ...nodesOf(old, schema).filter((node) => !names.has(node.name))];
}

/** What is different, by node; `removed` ones are only in the old version. */
export function marks({ old, now }: Compared): Record<string, Mark> {
  const before = isFields(old.nodes) ? old.nodes : {};
  const after = isFields(now.nodes) ? now.nodes : {};
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return Object.fromEntries(names.map((name) => [name, markOf(before[name], after[name])]));
}

function markOf(before: unknown, after: unknown): Mark {
  if (before === undefined) return "added";
  if (after === undefined) return "removed";
  return JSON.stringify(before) === JSON.stringify(after) ? "" : "changed";
}
