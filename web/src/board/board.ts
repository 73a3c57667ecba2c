// What a board makes of what it is told: the snapshot, and all changes after it. Pure.

import type { Position } from "../cti/messages";
import type { Loan } from "./dispatch/dispatch";

export interface Recent {
  start: number;
  offered: number;
  answered: number;
  abandoned: number;
  answered_in_target: number;
  abandoned_in_target: number;
}

export interface Counts {
  offered: number;
  answered: number;
  abandoned: number;
  overflowed_out: number;
  called_back: number;
  self_served: number;
  lost: number;
  answered_in_target: number;
  abandoned_in_target: number;
  wait_answered: number;
}

export interface Queue {
  queue: string;
  channel: string;
  target: number;
  waiting: number;
  oldest: number | null;
  in_talk: number;
  callbacks: number;
  ready: number;
  at_work: number;
  served: boolean;
  estimate: { mean: number; earliest: number; latest: number } | null;
  recent: Recent[];
  today: Counts;
}

export type Mode = "listen" | "whisper" | "barge";

/** A supervisor on an agent's talk: their phone rings (`asked`), they are there, or wait for a voice that was cut off. */
export interface OnTalk {
  by: string;
  mode: Mode;
  state: "asked" | "joined" | "waiting";
  since: number;
  device: string;
}

export interface Agent {
  agent: string;
  name: string;
  team: string;
  state: string;
  reason: string;
  since: number;
  wants: string;
  until: number | null;
  units: number;
  contacts: { contact: string; queue: string; channel: string; state: string; units: number }[];
  monitors: OnTalk[];
}

export interface Threshold {
  warn: number | null;
  bad: number | null;
}

export type Figure = "waiting" | "longest_wait" | "service_level" | "abandonment";
export type Thresholds = Record<Figure, Threshold>;

export interface Centre {
  switch_up: boolean;
  began: number;
  until: number;
  outcomes: Record<string, Record<string, number>>;
  links: Record<string, number>;
  counted: Record<string, number>;
  loans: Loan[];
  alarms: { at: number; kind: string; subject: string; detail: string }[];
  thresholds: {
    every_queue: Thresholds;
    queues: Record<string, Thresholds>;
    state_overstayed: Record<string, number>;
  };
}

export interface Process {
  records_behind: number;
  records_failures: number;
  links_failed: number;
  notifications_failed: number;
  outlook_made_at: number;
  outlook_failed: string;
}

interface Rows {
  queues: Queue[];
  agents: Agent[];
}

export interface Snapshot extends Rows {
  type: "snapshot";
  position: Position;
  now: number;
  process: Process;
  centre: Centre;
}

export interface Event extends Rows {
  type: "event";
  number: number;
  gone_queues: string[];
  gone_agents: string[];
  centre: Centre | null;
  process: Process | null;
}

export type Received =
  | Snapshot
  | Event
  | { type: "resumed"; position: Position; now: number; missed: number }
  | { type: "beat"; position: Position; now: number }
  | { type: "error"; code: string; message: string };

export interface Board {
  position: Position;
  queues: ReadonlyMap<string, Queue>;
  agents: ReadonlyMap<string, Agent>;
  centre: Centre;
  process: Process;
}

export function boardOf({ position, queues, agents, centre, process }: Snapshot): Board {
  return {
    position,
    queues: laid(new Map(), queues, queueName),
    agents: laid(new Map(), agents, agentName),
    centre,
    process,
  };
}

/** The board after a change; null when its number does not follow: resume. */
export function after(board: Board, event: Event): Board | null {
  if (event.number !== board.position.number + 1) return null;
  return {
    position: { ...board.position, number: event.number },
    queues: without(laid(board.queues, event.queues, queueName), event.gone_queues),
    agents: without(laid(board.agents, event.agents, agentName), event.gone_agents),
    centre: event.centre ?? board.centre,
    process: event.process ?? board.process,
  };
}

const queueName = (queue: Queue) => queue.queue;
const agentName = (agent: Agent) => agent.agent;

function laid<T>(before: ReadonlyMap<string, T>, rows: T[], name: (row: T) => string): ReadonlyMap<string, T> {
  return rows.length ? new Map([...before, ...rows.map((row) => [name(row), row] as const)]) : before;
}

function without<T>(before: ReadonlyMap<string, T>, gone: string[]): ReadonlyMap<string, T> {
  return gone.length ? new Map([...before].filter(([name]) => !gone.includes(name))) : before;
}
