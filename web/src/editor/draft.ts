// What an admin works at, and what the server says of flows.

import { ask } from "../shared/api";
import type { Person } from "../shared/session";
import type { Fields, Schema } from "./schema";

/** A flow and the files of its flow tests. */
export interface Draft {
  source: string;
  tests: Record<string, string>;
}

/** What a draft began from: the version in force and the draft that was saved; 0 is none. */
export interface Basis {
  number: number;
  draft: number;
}

export interface Publication {
  flow: string;
  number: number;
  at: number;
  what: string;
  author: string;
  message: string;
  forced: string;
}

export interface Tally {
  calls: number;
  contained: number;
  abandoned: number;
  faulty: number;
}

export interface Canary {
  version: string;
  percent: number;
  since: number;
  author: string;
  new: Tally;
  old: Tally;
}

export interface Overview {
  flow: string;
  in_force: Publication | null;
  newest: number | null;
  draft: { author: string; at: number; message: string } | null;
  canary: Canary | null;
}

export interface Problem {
  line: number;
  node: string;
  field: string;
  what: string;
  how_to_mend: string;
  text: string;
}

export interface Found {
  broken: Problem[];
  doubtful: Problem[];
}

export interface Outcome {
  file: string;
  line: number;
  test: string;
  failures: string[];
}

export interface Version {
  number: number;
  version: string;
  author: string;
  message: string;
  at: number;
}

export interface Difference {
  text: string;
}

export interface Step {
  action: string;
  nodes: string[];
  said: string[];
  language: string;
  outside: string[];
}

export interface Walk {
  steps: Step[];
  asked: { question: string; answer: string }[];
  flow: string;
  node: string;
  variables: Record<string, unknown>;
  wrong: Record<string, string>;
  faults: string[];
  ended: boolean;
  problem: string;
  trial: Fields | null;
}

export interface Centre {
  queues: string[];
  services: string[];
}

/** What the server is asked and told, as one person. */
export function library({ name: author, csrf }: Person) {
  const get = <T>(path: string) => ask<T>("GET", `/flows${path}`);
  const tell = <T>(method: string, path: string, body: object) => ask<T>(method, `/flows${path}`, body, csrf);
  return {
    schema: () => get<Schema>("/schema"),
    centre: () => get<Centre>("/centre"),
    overview: () => get<Overview[]>(""),
    history: (flow: string) => get<{ versions: Version[]; publications: Publication[] }>(`/${flow}`),
    version: (flow: string, number: number) => get<Draft>(`/${flow}/versions/${number}`),
    draft: (flow: string) => get<Draft>(`/${flow}/draft`),
    difference: (flow: string, from: string, to: string) => get<Difference>(`/${flow}/diff?from=${from}&to=${to}`),
    canary: (flow: string) => get<{ running: Canary | null }>(`/${flow}/canary`),
    callers: (flow: string) => get<{ callers: Record<string, number> }>(`/${flow}/callers`),
    check: (flow: string, draft: Draft) => tell<Found>("POST", `/${flow}/check`, draft),
    test: (flow: string, draft: Draft) => tell<Outcome[]>("POST", `/${flow}/test`, draft),
    walk: (flow: string, wish: object) => tell<Walk>("POST", `/${flow}/walk`, wish),
    save: (flow: string, draft: Draft, on: Basis | null, message: string) =>
      tell<{ saved: { at: number } }>("PUT", `/${flow}/draft`, { author, ...draft, on, message }),
    drop: (flow: string) => tell<unknown>("DELETE", `/${flow}/draft`, {}),
    publish: (flow: string, message: string, force: string) =>
      tell<{ published: Publication[] }>("POST", "", { author, drafts: [flow], message, force }),
    rollBack: (flow: string, number: number) => tell<unknown>("POST", `/${flow}/rollback`, { author, number }),
    tryOut: (flow: string, percent: number) => tell<unknown>("POST", `/${flow}/canary`, { author, percent }),
    stop: (flow: string) => tell<unknown>("DELETE", `/${flow}/canary`, { author }),
    promote: (flow: string) => tell<unknown>("POST", `/${flow}/canary/promote`, { author }),
  };
}

export type Library = ReturnType<typeof library>;
