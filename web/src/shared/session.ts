// Who is signed in with this browser, over REST.

import { ask } from "./api";

export interface Person {
  name: string;
  display_name: string;
  role: "agent" | "supervisor" | "admin";
  agent: string;
  must_change: boolean;
  /** Whether they may hear recordings: a right of its own, that no role has. */
  hears_recordings: boolean;
  csrf: string;
}

export const signIn = (name: string, password: string) => ask<Person>("POST", "/session", { name, password });
/** By what one may sign in; `oidc` leads to the company's provider. */
export const waysToSignIn = () => ask<{ password: boolean; oidc: string | null }>("GET", "/session/ways");
export const whoIsIn = () => ask<Person>("GET", "/session");
export const signOut = (csrf: string) => ask<null>("DELETE", "/session", undefined, csrf);
export const changePassword = (old: string, password: string, csrf: string) =>
  ask<{ changed: true }>("PUT", "/session/password", { old, new: password }, csrf);
export const pauseReasons = () => ask<string[]>("GET", "/pause-reasons");

/** What contacts may have been about, by queue and code. */
export type Dispositions = Record<string, Record<string, { words: Record<string, string>; needs_note: boolean }>>;
export const dispositions = () => ask<Dispositions>("GET", "/dispositions");
/** The queues that agents may dial for. */
export const dialOut = () => ask<string[]>("GET", "/dial-out");
