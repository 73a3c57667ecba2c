// What is asked of the past, and how its figures are written. Pure, but for the time zone of this browser.

import { clock, timeOfDay } from "../shared/time";
import { share } from "./figures";

export type Kind = "queues" | "agents" | "flows" | "links" | "talks";
export type Value = string | number | null;
export type Row = Record<string, Value>;

export interface Behind {
  total: number;
  rows: Row[];
}

/** Of each table: who a row is about, what is shown, and of that what can be looked behind. */
export const TABLES: Record<Kind, { name: string; columns: string[]; figures: string[] }> = {
  queues: {
    name: "queue",
    columns: [
      ...["start", "queue", "offered", "answered", "abandoned", "overflowed_out", "called_back", "self_served", "lost"],
      ...["waiting", "answered_in_target", "service_level_patient", "service_level_offered", "mean_wait", "mean_talk"],
      "mean_handling",
    ],
    figures: [
      ...["offered", "answered", "abandoned", "overflowed_out", "called_back", "self_served", "lost", "waiting"],
      "answered_in_target",
    ],
  },
  agents: {
    name: "agent",
    columns: [
      ...["agent", "signed_in", "ready", "talk", "hold", "wrap_up", "paused", "offers", "answered", "not_answered"],
      "occupancy",
    ],
    figures: ["offers", "answered", "not_answered"],
  },
  flows: {
    name: "flow",
    columns: [
      ...["flow", "channel", "contacts", "served", "contained", "abandoned", "left_menu", "transferred", "called_back"],
      ...["voicemail", "lost", "other", "open", "containment"],
    ],
    figures: [
      ...["contacts", "served", "contained", "abandoned", "left_menu", "transferred", "called_back", "voicemail"],
      ...["lost", "other", "open"],
    ],
  },
  links: {
    name: "purpose",
    columns: ["purpose", "links", "requested", "delivered", "opened", "failed", "revoked", "done", "completion"],
    figures: ["links", "requested", "delivered", "opened", "failed", "revoked", "done"],
  },
  talks: {
    name: "call",
    columns: ["score", "at", "call", "agent", "device", "told_by", "codec", "loss", "jitter", "round_trip"],
    figures: ["call"],
  },
};
export const BEHIND = ["at", "call", "caller", "queue", "agent", "outcome", "waited", "talk_seconds"];

const QUARTER_HOUR = 900;
const TIMES = new Set(["start", "at"]);
const SHARES = new Set(["service_level_patient", "service_level_offered", "occupancy", "containment", "completion"]);
const MILLISECONDS = new Set(["jitter", "round_trip"]);
const SECONDS = new Set([
  ...["mean_wait", "mean_talk", "mean_handling", "signed_in", "ready", "talk", "hold", "wrap_up", "paused"],
  ...["waited", "talk_seconds"],
]);

/** From midnight to midnight here, epoch seconds, of a day written as 2026-11-22. */
export function spanOf(day: string): { since: number; until: number } {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  const at = (days: number) => new Date(year, month - 1, date + days).getTime() / 1000;
  return { since: at(0), until: at(1) };
}

export function dayOf(at: number): string {
  const date = new Date(at * 1000);
  const pad = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function written(column: string, value: Value | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  if (column === "score") return value.toFixed(1);
  if (column === "loss") return `${(value * 100).toFixed(1)} %`;
  if (MILLISECONDS.has(column)) return `${Math.round(value * 1000)} ms`;
  if (TIMES.has(column)) return timeOfDay(value);
  if (SHARES.has(column)) return share(value);
  return SECONDS.has(column) ? clock(value) : String(value);
}

/** Where a table is. */
export function pathOf(kind: Kind, day: string, queue: string, format = "json"): string {
  const { since, until } = spanOf(day);
  const of = kind === "queues" && queue ? { queue } : {};
  return `/history/${kind}?${new URLSearchParams({ since: `${since}`, until: `${until}`, format, ...of })}`;
}

/** Where those are who are behind a figure of a row. */
export function behindOf(kind: Kind, day: string, row: Row, figure: string): string {
  const whole = spanOf(day);
  const start = typeof row.start === "number" ? row.start : null;
  const { since, until } = start === null ? whole : { since: start, until: start + QUARTER_HOUR };
  const name = String(row[TABLES[kind].name] ?? "");
  const channel = kind === "flows" ? { channel: String(row.channel) } : {};
  return `/history/${kind}/contacts?${new URLSearchParams({ since: `${since}`, until: `${until}`, name, figure, ...channel })}`;
}

/** Sums by quarter-hour over all queues, for the plot. */
export function series(rows: Row[]): [number[], number[], number[], number[]] {
  const starts = [...new Set(rows.map((row) => Number(row.start)))].sort((one, other) => one - other);
  const sum = (figure: string) =>
    starts.map((start) =>
      rows.filter((row) => row.start === start).reduce((total, row) => total + Number(row[figure] ?? 0), 0),
    );
  return [starts, sum("offered"), sum("answered"), sum("abandoned")];
}
