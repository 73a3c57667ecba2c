// What the admin's rooms ask of the server.

import { ask } from "../shared/api";
import type { Content } from "./draft";
import type { Schema } from "./schema";

export interface InForce {
  number: number;
  author: string;
  at: number;
  settings: Content;
}

export interface Finding {
  path: string;
  message: string;
  way_out: string;
  severity: "error" | "warning";
  line: number;
  text: string;
}

export interface Change {
  path: string;
  words: string;
  old: unknown;
  new: unknown;
}

export interface Checked {
  findings: Finding[];
  changes: Change[];
}

/** What is said: data, or YAML. */
export type Written = { settings: Content } | { source: string; file: string };

export interface HistoryEntry {
  turn: number;
  number: number;
  at: number;
  what: "applied" | "rolled_back";
  author: string;
  note: string;
  changes: string[];
  warnings: string[];
}

export interface Prompt {
  language: string;
  key: string;
  text: string;
  origin: "recorded" | "synthesised";
  seconds: number | null;
}

export interface User {
  name: string;
  display_name: string;
  role: "agent" | "supervisor" | "admin";
  agent: string;
  must_change: boolean;
  disabled: boolean;
  hears_recordings: boolean;
}

export interface SignedIn {
  created_at: number;
  seen_at: number;
  own: boolean;
}

export interface AuditEntry {
  number: number;
  at: number;
  name: string;
  what: string;
  detail: string;
  address: string;
}

export interface OutsideView {
  public_url: string;
  webhook: string;
  outbox_delivers: boolean;
  secrets: { name: string; state: "set" | "not_usable"; why: string }[];
  links: { flow: string; node: string; purpose: string; texts: Record<string, string> }[];
}

export interface ReceiverView {
  name: string;
  service: string;
  path: string;
  state: "well" | "in_trouble" | "left_alone";
  waiting: number;
  oldest: number | null;
  given_up: number;
  delivered_at: number | null;
  trouble: string;
  trouble_at: number;
}

export interface DeliveryView {
  id: string;
  kind: string;
  subject: string;
  state: "pending" | "delivered" | "failed";
  attempts: number;
  reason: string;
  at: number;
  changed_at: number;
}

const tag = (number: number) => ({ "If-Match": `"${number}"` });

export const inForce = () => ask<InForce>("GET", "/settings");
export const settingsSchema = () => ask<Schema>("GET", "/settings/schema");
export const check = (written: Written, csrf: string) => ask<Checked>("POST", "/settings/check", written, csrf);
/** From one version to another, null for the one in force. */
export const difference = (old: number | null, now: number | null, csrf: string) =>
  ask<{ changes: Change[] }>("POST", "/settings/diff", { old, new: now }, csrf);
// The author is whoever signed in: the server sees to that.
export const apply = (written: Written, note: string, on: number, csrf: string) =>
  ask<{ version: number }>("PUT", "/settings", { ...written, note, author: "-" }, csrf, tag(on));
export const rollBack = (number: number, note: string, on: number, csrf: string) =>
  ask<{ version: number }>("POST", "/settings/rollback", { number, note, author: "-" }, csrf, tag(on));
export const history = () => ask<HistoryEntry[]>("GET", "/settings/history");
export const outside = () => ask<OutsideView>("GET", "/notifier");

const webhook = (name: string) => `/webhooks/${encodeURIComponent(name)}`;
export const receivers = () => ask<ReceiverView[]>("GET", "/webhooks");
export const deliveries = (name: string) => ask<DeliveryView[]>("GET", `${webhook(name)}/deliveries?limit=50`);
export const testWebhook = (name: string, csrf: string) =>
  ask<{ taken: boolean; reason: string }>("POST", `${webhook(name)}/test`, undefined, csrf);
/** One event that was given up, or all of them. */
export const redeliver = (name: string, id: string, csrf: string) =>
  ask<{ count: number }>("POST", `${webhook(name)}/redeliver`, { id }, csrf);

const place = ({ language, key }: Prompt) =>
  `/prompts/${[language, ...key.split("/")].map(encodeURIComponent).join("/")}`;
export const prompts = () => ask<Prompt[]>("GET", "/prompts");
export const soundOf = (prompt: Prompt) => `${place(prompt)}/sound`;
export const record = (prompt: Prompt, sound: Blob, csrf: string) =>
  ask<Prompt>("PUT", `${place(prompt)}/recording`, sound, csrf);
export const removeRecording = (prompt: Prompt, csrf: string) =>
  ask<Prompt>("DELETE", `${place(prompt)}/recording`, undefined, csrf);
export const synthesise = (prompt: Prompt, csrf: string) =>
  ask<Prompt>("POST", `${place(prompt)}/synthesis`, undefined, csrf);

const user = (name: string) => `/users/${encodeURIComponent(name)}`;
export const users = () => ask<User[]>("GET", "/users");
export const addUser = (wish: Partial<User>, csrf: string) =>
  ask<User & { one_time_password: string }>("POST", "/users", wish, csrf);
export const changeUser = (name: string, wish: Partial<User>, csrf: string) =>
  ask<User>("PATCH", user(name), wish, csrf);
export const resetPassword = (name: string, csrf: string) =>
  ask<{ one_time_password: string }>("POST", `${user(name)}/password`, undefined, csrf);
export const sessions = (name: string) => ask<SignedIn[]>("GET", `${user(name)}/sessions`);
export const endSessions = (name: string, csrf: string) =>
  ask<null>("DELETE", `${user(name)}/sessions`, undefined, csrf);
export const audit = (name: string, before?: number) =>
  ask<AuditEntry[]>("GET", `/audit?limit=100&name=${encodeURIComponent(name)}${before ? `&before=${before}` : ""}`);
