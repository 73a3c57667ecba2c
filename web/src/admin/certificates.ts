// Who is certified for what, and until when.

import { at, type Content, isMap } from "./draft";
import { namesIn } from "./editing";

/** `until` is the last day, as it is written; empty: for ever. */
export interface Certificate {
  agent: string;
  skill: string;
  until: string;
}

/** Which are looked at: all, those with an end, those that are over, or those that end within so many days. */
export type Within = "all" | "dated" | "over" | number;

/** Every skill of every agent, those that end first ahead. */
export function certificatesIn(content: Content): Certificate[] {
  const agents = Object.entries(isMap(content.agents) ? content.agents : {});
  const found = agents.flatMap(([agent, entry]) =>
    namesIn(at(entry, ["skills"])).map((skill) => ({
      agent,
      skill,
      until: String(at(entry, ["certified_until", skill]) ?? ""),
    })),
  );
  return found.sort((one, other) => Number(!one.until) - Number(!other.until) || one.until.localeCompare(other.until));
}

/** Whether a certificate is among those, `today` being the day (2026-12-31) at the centre. */
export function isAmong({ until }: Certificate, within: Within, today: string): boolean {
  if (within === "all") return true;
  if (!until) return false;
  if (within === "dated") return true;
  const day = until.slice(0, 10);
  return within === "over" ? day < today : day >= today && day <= later(today, within);
}

/** The day so many days after `day`. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The day at the centre. */
export function dayAt(zone: string, now: Date): string {
  try {
    return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(now);
  } catch {
    return new Intl.DateTimeFormat("sv-SE").format(now); // no zone that there is: the server tells of it
  }
}
