// Settings as plain data: looked into, changed and merged. Nothing here changes what it is given.

export type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain };
export type Content = { [name: string]: Plain };
export type Path = readonly (string | number)[];

export function isMap(value: unknown): value is { [name: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at the path; undefined for nothing. */
export function at(content: Plain | undefined, path: Path): Plain | undefined {
  let found: Plain | undefined = content;
  for (const part of path) {
    if (Array.isArray(found) && typeof part === "number") found = found[part];
    else if (isMap(found) && Object.hasOwn(found, part)) found = found[part];
    else return undefined;
  }
  return found;
}

/** With `value` at the path, undefined to remove it; what is on the way and missing is made. */
export function put(content: Plain | undefined, path: Path, value: Plain | undefined): Plain {
  const [part, ...rest] = path;
  if (part === undefined) return value ?? {};
  const next = rest.length ? put(at(content, [part]), rest, value) : value;
  if (typeof part === "number") {
    const list = Array.isArray(content) ? [...content] : [];
    if (next === undefined) list.splice(part, 1);
    else list[part] = next;
    return list;
  }
  const { [part]: _, ...others } = isMap(content) ? content : {};
  if (next === undefined) return others;
  return isMap(content) && Object.hasOwn(content, part) ? { ...content, [part]: next } : { ...others, [part]: next };
}

/** As the server writes it: `queues.tv.plan[0].move`. */
export function dotted(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/** Whether two say the same; the order of names is nothing. */
export function same(one: Plain | undefined, other: Plain | undefined): boolean {
  if (one === other) return true;
  if (isMap(one) && isMap(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...names].every((name) => same(at(one, [name]), at(other, [name])));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, number) => same(each, other[number]));
  }
  return false;
}

export interface Merged {
  content: Plain | undefined;
  /** Where both were changed, and differently: mine stands there. */
  both: string[];
}

/** What I made of `base`, made anew on `theirs`. Lists are taken whole. */
export function merge(
  base: Plain | undefined,
  mine: Plain | undefined,
  theirs: Plain | undefined,
  path: Path = [],
): Merged {
  if (same(mine, base) || same(mine, theirs)) return { content: theirs, both: [] };
  if (same(theirs, base)) return { content: mine, both: [] };
  if (!isMap(mine) || !isMap(theirs)) return { content: mine, both: [dotted(path)] };
  const known = isMap(base) ? base : {};
  const both: string[] = [];
  const content: { [name: string]: Plain } = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const one = merge(at(known, [name]), at(mine, [name]), at(theirs, [name]), [...path, name]);
    if (one.content !== undefined) content[name] = one.content;
    both.push(...one.both);
  }
  return { content, both };
}
