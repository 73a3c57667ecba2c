// Teams and vendors: who is in them, what of the queues names them, and what they are called.

import { at, type Content, isMap, type Path, type Plain, put } from "./draft";

/** What an agent belongs to: the field of theirs that names it. */
export type Group = "team" | "vendor";

/** Where in a queue a group is named: in its needs, or in a step of its plan (from 0). */
export interface Use {
  queue: string;
  step: number | null;
}

export interface Named {
  name: string;
  members: string[];
  uses: Use[];
}

/** Every group that an agent or a queue names, by name. */
export function groupsIn(content: Content, group: Group): Named[] {
  const found = new Map<string, Named>();
  const of = (name: string) => {
    const one = found.get(name) ?? { name, members: [], uses: [] };
    found.set(name, one);
    return one;
  };
  for (const [agent, entry] of Object.entries(isMap(content.agents) ? content.agents : {})) {
    const name = at(entry, [group]);
    if (typeof name === "string" && name) of(name).members.push(agent);
  }
  for (const { path, use } of placesIn(content)) {
    for (const name of new Set(namesAt(content, path, group))) of(name).uses.push(use);
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}

/** The settings with a group called otherwise, by its members, in plans and in needs. */
export function renamed(content: Content, group: Group, from: string, to: string): Content {
  let made: Plain = content;
  for (const [agent, entry] of Object.entries(isMap(content.agents) ? content.agents : {})) {
    if (at(entry, [group]) === from) made = put(made, ["agents", agent, group], to);
  }
  for (const { path } of placesIn(content)) {
    if (at(content, [...path, group]) === from) made = put(made, [...path, group], to);
    const needs = at(content, [...path, "needs"]);
    if (typeof needs === "string") made = put(made, [...path, "needs"], renamedIn(needs, group, from, to));
  }
  return made as Content;
}

/** Every queue, and every step of its plan. */
function placesIn(content: Content): { path: Path; use: Use }[] {
  return Object.entries(isMap(content.queues) ? content.queues : {}).flatMap(([queue, entry]) => {
    const plan = at(entry, ["plan"]);
    const steps = Array.isArray(plan) ? plan : [];
    return [
      { path: ["queues", queue], use: { queue, step: null } },
      ...steps.map((_, step) => ({ path: ["queues", queue, "plan", step], use: { queue, step } })),
    ];
  });
}

function namesAt(content: Content, path: Path, group: Group): string[] {
  const [own, needs] = [at(content, [...path, group]), at(content, [...path, "needs"])];
  const names = typeof needs === "string" ? textsOf(needs, group).map(({ text }) => text) : [];
  return typeof own === "string" && own ? [own, ...names] : names;
}

/** A need that is an expression, with the group called otherwise; a quote has no place in its texts. */
export function renamedIn(needs: string, group: Group, from: string, to: string): string {
  let made = needs;
  for (const { text, begin, end } of textsOf(needs, group).reverse()) {
    if (text === from) made = `${made.slice(0, begin)}${to.replaceAll("'", "")}${made.slice(end)}`;
  }
  return made;
}

const TOKEN = /'[^']*'|[a-z][a-z0-9_.]*|==|!=|[^\s]/g;

/** The texts that a need compares the group with, and where they stand: `team == 'a'`, `'a' != team`, `team in ['a']`. */
function textsOf(needs: string, group: Group): { text: string; begin: number; end: number }[] {
  const tokens = [...needs.matchAll(TOKEN)];
  const word = (number: number) => tokens[number]?.[0] ?? "";
  const isCompared = (number: number) => word(number) === "==" || word(number) === "!=";
  const texts: number[] = [];
  tokens.forEach(([token], number) => {
    if (token !== group) return;
    if (isCompared(number + 1)) texts.push(number + 2);
    if (isCompared(number - 1)) texts.push(number - 2);
    if (word(number + 1) === "in") {
      for (let next = number + 3; next < tokens.length && word(next) !== "]"; next++) texts.push(next);
    }
  });
  return texts
    .sort((one, other) => one - other)
    .flatMap((number) => {
      const token = tokens[number];
      if (!token?.[0].startsWith("'")) return [];
      const begin = token.index + 1;
      return [{ text: token[0].slice(1, -1), begin, end: begin + token[0].length - 2 }];
    });
}
