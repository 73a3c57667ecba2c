// What supervisors may do on the floor, as it stands now: be on talks, and take those who wait in hand. Pure.

import type { Agent, Board, Mode, OnTalk } from "./board";

export const MODES: Mode[] = ["listen", "whisper", "barge"];

/** A phone that may be rung for a supervisor; the first one told is rung where none is named. */
export interface Phone {
  device: string;
  agent: string;
  browser: boolean;
  free: boolean;
}

export interface Waits {
  contact: string;
  channel: string;
  number: string;
  name: string;
  tier: string;
  language: string;
  since: number;
  state: string;
  agent: string;
  priority: number;
  sticky: string;
  sticky_until: number;
  steps: number[];
}

export interface InLine {
  queue: string;
  total: number;
  contacts: Waits[];
  plan: { step: number; words: string; conditional: boolean }[];
}

/** Whose talk a supervisor is on, and how. */
export interface Mine {
  agent: string;
  monitor: OnTalk;
}

export function mineOf(agents: Iterable<Agent>, by: string): Mine | null {
  for (const { agent, monitors } of agents) {
    const monitor = monitors.find((one) => one.by === by);
    if (monitor) return { agent, monitor };
  }
  return null;
}

export function isInTalk({ contacts }: Agent): boolean {
  return contacts.some(({ state }) => state === "connected" || state === "held");
}

export type Farewell = "notReached" | "talkOver" | "hungUp";

/** How it ended for a supervisor who did not end it; `agent` is whose talk it was, as they are now. */
export function farewell({ monitor }: Mine, agent: Agent | undefined): Farewell {
  if (monitor.state === "asked") return agent && isInTalk(agent) ? "notReached" : "talkOver";
  return agent && isInTalk(agent) ? "hungUp" : "talkOver";
}

/** The phone that will ring: the chosen one where it is there, else one's own; null: one has to be chosen. */
export function phoneOf(phones: Phone[], chosen: string, own: string): Phone | null {
  const kept = phones.find(({ device }) => device === chosen);
  return kept ?? phones.find(({ agent }) => own !== "" && agent === own) ?? null;
}

/** Where those who wait in a queue can be moved: the other queues of its channel. */
export function queuesBeside(board: Board, queue: string): string[] {
  const channel = board.queues.get(queue)?.channel;
  const others = [...board.queues.values()].filter((one) => one.channel === channel && one.queue !== queue);
  return others.map((one) => one.queue).sort();
}

const AWAY = new Set(["signed_out", "paused", "not_ready"]);

/** Whom a contact may be made to wait for: those at work, who are ready first. */
export function agentsAtWork(board: Board): Agent[] {
  const place = ({ state }: Agent) => Number(state !== "ready");
  return [...board.agents.values()]
    .filter(({ state }) => !AWAY.has(state))
    .sort((one, other) => place(one) - place(other) || one.agent.localeCompare(other.agent));
}
