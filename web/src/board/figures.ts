// What is worked out of a board: shares, levels by the thresholds, alarms. Pure; times are epoch seconds.

import type { Agent, Board, Figure, Queue, Threshold } from "./board";

export type Level = "" | "warn" | "bad";

const QUARTER_HOUR = 900;
const LOW_IS_BAD: ReadonlySet<Figure> = new Set(["service_level"]);

/** Answered in target / (answered + abandoned after target), of those who came in this quarter-hour or the one before. */
export function serviceLevel(queue: Queue, now: number): number | null {
  const since = Math.floor(now / QUARTER_HOUR) * QUARTER_HOUR - QUARTER_HOUR;
  let counted = 0;
  let inTarget = 0;
  for (const one of queue.recent) {
    if (one.start < since) continue;
    counted += one.answered + one.abandoned - one.abandoned_in_target;
    inTarget += one.answered_in_target;
  }
  return counted ? inTarget / counted : null;
}

/** Abandoned / offered today. */
export function abandonment({ today }: Queue): number | null {
  return today.offered ? today.abandoned / today.offered : null;
}

export function longestWait(queue: Queue, now: number): number {
  return queue.oldest === null ? 0 : Math.max(0, now - queue.oldest);
}

export function figuresOf(queue: Queue, now: number): Record<Figure, number | null> {
  return {
    waiting: queue.waiting,
    longest_wait: longestWait(queue, now),
    service_level: serviceLevel(queue, now),
    abandonment: abandonment(queue),
  };
}

export function levelOf(board: Board, queue: Queue, figure: Figure, now: number): Level {
  const { queues, every_queue } = board.centre.thresholds;
  const threshold = (queues[queue.queue] ?? every_queue)[figure];
  return level(threshold, figuresOf(queue, now)[figure], LOW_IS_BAD.has(figure));
}

function level({ warn, bad }: Threshold, value: number | null, lowIsBad: boolean): Level {
  if (value === null) return "";
  const beyond = (limit: number | null) => limit !== null && (lowIsBad ? value <= limit : value >= limit);
  return beyond(bad) ? "bad" : beyond(warn) ? "warn" : "";
}

export function overstays(board: Board, agent: Agent, now: number): boolean {
  const longest = board.centre.thresholds.state_overstayed[agent.state];
  return longest !== undefined && now - agent.since >= longest;
}

export type Alarm =
  | {
      kind: "switch_lost" | "records_behind" | "links_failed" | "notifications_failed" | "outlook_failed";
      level: "warn" | "bad";
      what: string;
    }
  | { kind: "nobody_ever" | "nobody_at_work" | "overstayed"; level: "warn" | "bad"; what: string }
  | { kind: "figure"; level: "warn" | "bad"; what: string; figure: Figure };

/** What is not as it should be right now, the worst first. */
export function alarmsOf(board: Board, now: number): Alarm[] {
  const alarms: Alarm[] = [];
  const { process } = board;
  if (!board.centre.switch_up) alarms.push({ kind: "switch_lost", level: "bad", what: "" });
  if (process.records_behind) alarms.push({ kind: "records_behind", level: "bad", what: `${process.records_behind}` });
  if (process.links_failed) alarms.push({ kind: "links_failed", level: "warn", what: `${process.links_failed}` });
  if (process.notifications_failed)
    alarms.push({ kind: "notifications_failed", level: "warn", what: `${process.notifications_failed}` });
  if (process.outlook_failed) alarms.push({ kind: "outlook_failed", level: "warn", what: process.outlook_failed });
  for (const queue of board.queues.values()) {
    if (!queue.served) alarms.push({ kind: "nobody_ever", level: "bad", what: queue.queue });
    else if (queue.waiting && !queue.at_work) alarms.push({ kind: "nobody_at_work", level: "bad", what: queue.queue });
    for (const figure of ["waiting", "longest_wait", "service_level", "abandonment"] as const) {
      const level = levelOf(board, queue, figure, now);
      if (level) alarms.push({ kind: "figure", level, what: queue.queue, figure });
    }
  }
  for (const agent of board.agents.values())
    if (overstays(board, agent, now)) alarms.push({ kind: "overstayed", level: "warn", what: agent.agent });
  return alarms.sort((one, other) => (one.level === other.level ? 0 : one.level === "bad" ? -1 : 1));
}

/** What tells one alarm from another, for the sound of a new one. */
export function nameOf(alarm: Alarm): string {
  return [alarm.kind, alarm.level, alarm.kind === "figure" ? alarm.figure : "", alarm.what].join(" ");
}

/** How many agents are in each state. */
export function byState(agents: Iterable<Agent>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of agents) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

export interface ChannelRow {
  channel: string;
  waiting: number;
  in_talk: number;
}

export function channelsOf(queues: Iterable<Queue>): ChannelRow[] {
  const rows = new Map<string, ChannelRow>();
  for (const { channel, waiting, in_talk } of queues) {
    const row = rows.get(channel) ?? { channel, waiting: 0, in_talk: 0 };
    rows.set(channel, { channel, waiting: row.waiting + waiting, in_talk: row.in_talk + in_talk });
  }
  return [...rows.values()].sort((one, other) => one.channel.localeCompare(other.channel));
}

/** Contained / ended today, of one channel's contacts; null where none ended. */
export function containment(outcomes: Record<string, number>): number | null {
  const all = Object.values(outcomes).reduce((sum, times) => sum + times, 0);
  return all ? (outcomes.contained ?? 0) / all : null;
}

/** Links whose page was walked to its end / links sent today. */
export function completion(links: Record<string, number>): number | null {
  return links.requested ? (links.done ?? 0) / links.requested : null;
}

export function share(value: number | null): string {
  return value === null ? "–" : `${Math.round(value * 100)} %`;
}
