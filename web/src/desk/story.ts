// A contact's path as an agent reads it: what was pressed belongs to the menu before it. Pure.

import type { Step } from "../cti/messages";
import type { Words } from "./words/words";

export interface Line {
  number: number;
  at: number;
  what: string;
  detail: string;
}

/** Steps that tell an agent nothing: the next one says the same. */
const SILENT = new Set(["queue", "offered", "offer ended"]);

export function linesOf(story: Step[], words: Words): Line[] {
  return story
    .filter((step) => !SILENT.has(step.what))
    .map(({ number, at, what, detail }) => ({ number, at, what: words.steps[what] ?? what, detail }));
}

/** What the flow knows, without what is shown elsewhere or is empty. */
export function knownOf(variables: Record<string, unknown>): [name: string, value: string][] {
  return Object.entries(variables)
    .filter(([name, value]) => !/^(caller\.|callback\.|dialled$)/.test(name) && value !== "" && value !== null)
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]);
}
