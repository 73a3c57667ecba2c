// A flow's source, and changes to it: only what is changed is written anew, all else stays as it was, comments too.

import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import { type Reference, references, TEXTS } from "./references";
import { type Fields, isFields, type Schema } from "./schema";

export type Path = readonly (string | number)[];

/** Where the YAML can't be read on, from 1, and why. */
export interface Broken {
  line: number;
  column: number;
  message: string;
}

export type Reading = { flow: Fields; broken: null } | { flow: null; broken: Broken };

const WRITTEN = { lineWidth: 0, flowCollectionPadding: false } as const;

/** The flow in a source as plain data, names as text; or where it is no YAML. */
export function read(source: string): Reading {
  const document = parseDocument(source, { stringKeys: true });
  const error = document.errors[0];
  if (error) {
    const at = error.linePos?.[0];
    const message = error.message.split(/ at line|\n/)[0] ?? error.message;
    return { flow: null, broken: { line: at?.line ?? 1, column: at?.col ?? 1, message } };
  }
  const flow: unknown = document.toJS();
  return { flow: isFields(flow) ? flow : {}, broken: null };
}

/** The source with a value put in; without a value, what stands there goes. What is no YAML stays as it is. */
export function put(source: string, path: Path, value: unknown): string {
  if (isWord(value)) {
    const document = parsed(source);
    const there = document.errors.length === 0 ? scalarAt(document, path) : null;
    if (there?.type === "PLAIN" && isWord(there.value)) return respelled(source, [there], value);
  }
  return changed(source, (document) => {
    const keys = keysOf(document, path);
    if (value === undefined) {
      document.deleteIn(keys);
      return;
    }
    if (keys.length > 1) ensure(document, keys.slice(0, -1), path.at(-1));
    const [within, there] = [document.getIn(keys.slice(0, -1), true), document.getIn(keys, true)];
    if (isCollection(within) && within.items.length === 0) within.flow = false;
    if (isScalar(there) && there.value !== "" && typeof there.value === typeof value) there.value = value;
    else document.setIn(keys, document.createNode(written(value)));
  });
}

/** The source with a node or text of another name, and everything that refers to it with the new name. */
export function renamed(source: string, schema: Schema, section: "nodes" | "texts", old: string, name: string): string {
  const { flow } = read(source);
  const named = flow?.[section];
  if (!flow || !isFields(named) || !(old in named) || name in named) return source;
  const document = parsed(source);
  const places = referring(flow, schema, section, old).map(({ path }) => scalarAt(document, path));
  return respelled(source, [...places, keyAt(document, [section], old)], name);
}

/** The flow tests with the new name of a node or a text. */
export function renamedInTests(source: string, section: "nodes" | "texts", old: string, name: string): string {
  const { flow } = read(source);
  const tests = Array.isArray(flow?.tests) ? flow.tests : [];
  const document = parsed(source);
  const places = tests.flatMap((test: unknown, at) => {
    const expected = isFields(test) && isFields(test.expect) ? test.expect[section] : [];
    const names = (Array.isArray(expected) ? expected : []).map((each, n) =>
      each === old ? scalarAt(document, ["tests", at, "expect", section, n]) : null,
    );
    return section === "nodes" ? [...names, keyAt(document, ["tests", at, "given", "lookups"], old)] : names;
  });
  return respelled(source, places, name);
}

/** What refers to a node or a text. */
export function referring(flow: Fields, schema: Schema, section: "nodes" | "texts", name: string): Reference[] {
  const fits = (one: Reference) => (section === "nodes" ? one.kind === "node" : TEXTS.includes(one.kind));
  return references(flow, schema).filter((one) => one.name === name && fits(one));
}

/** The source with a flow test added; what is no list of tests begins one. */
export function withTest(source: string, flow: string, test: unknown): string {
  return changed(source.trim() ? source : `flow: ${flow}\ntests: []\n`, (document) => {
    const tests = document.get("tests");
    if (isSeq(tests)) tests.flow = false;
    document.addIn(["tests"], document.createNode(written(test)));
  });
}

/** A name that nothing has yet: `base`, or the first of base_2, base_3, ... that is free. */
export function freeName(base: string, taken: Fields): string {
  if (!(base in taken)) return base;
  let number = 2;
  while (`${base}_${number}` in taken) number += 1;
  return `${base}_${number}`;
}

/** Whether it may stand in YAML just as it is, and is a text. */
const isWord = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z_]\w*$/.test(value) && !/^(true|false|null)$/i.test(value);

const parsed = (source: string) => parseDocument(source) as unknown as Document;

function changed(source: string, change: (document: Document) => void): string {
  const document = parsed(source);
  if (document.errors.length > 0) return source;
  change(document);
  return document.toString(WRITTEN);
}

/** A path by the keys that stand in the document: what is named "1" may be written as a number. */
function keysOf(document: Document, path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const name of path) {
    const within = document.getIn(keys, true);
    const pair = isMap(within) ? pairIn(within, name) : undefined;
    keys.push(pair && isScalar(pair.key) ? (pair.key.value as string | number) : isSeq(within) ? name : keyFor(name));
  }
  return keys;
}

const pairIn = (map: YAMLMap, name: string | number): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && String(key.source ?? key.value) === String(name));

/** Keys of the telephone are written as numbers, as one does by hand. */
const keyFor = (name: string | number) => (/^(0|[1-9]\d{0,8})$/.test(String(name)) ? Number(name) : name);

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  return isFields(value) ? new Map(Object.entries(value).map(([key, each]) => [keyFor(key), written(each)])) : value;
}

/** Makes the lists and mappings that lead to a value where there are none yet. */
function ensure(document: Document, keys: (string | number)[], then: string | number | undefined): void {
  if (isCollection(document.getIn(keys, true))) return;
  if (keys.length > 1) ensure(document, keys.slice(0, -1), keys.at(-1));
  document.setIn(keys, document.createNode(typeof then === "number" ? [] : {}));
}

function scalarAt(document: Document, path: Path): Scalar | null {
  const found = document.getIn(keysOf(document, path), true);
  return isScalar(found) ? found : null;
}

function keyAt(document: Document, path: Path, name: string): Scalar | null {
  const map = document.getIn(keysOf(document, path), true);
  const key = isMap(map) ? pairIn(map, name)?.key : null;
  return isScalar(key) ? key : null;
}

/** The source with these names spelled otherwise, and not a character changed but theirs. */
function respelled(source: string, places: readonly (Scalar | null)[], name: string): string {
  const ranges = places.flatMap((place) => (place?.range ? [place.range] : []));
  return ranges
    .sort((one, other) => other[0] - one[0])
    .reduce((text, [from, to]) => text.slice(0, from) + name + text.slice(to), source);
}
