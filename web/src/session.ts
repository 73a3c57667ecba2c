// Who is signed in with this browser, over REST.

export interface Person {
  name: string;
  display_name: string;
  role: "agent" | "supervisor" | "admin";
  agent: string;
  must_change: boolean;
  csrf: string;
}

export interface Failure {
  status: number;
  code: string;
  message: string;
}

export type Answer<T> = { ok: true; content: T } | { ok: false; failure: Failure };

const UNREACHED: Failure = { status: 0, code: "unreached", message: "" };

async function ask<T>(method: string, path: string, body?: unknown, csrf = ""): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", ...(csrf && { "X-CSRF-Token": csrf }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const content = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, content };
    return { ok: false, failure: { status: response.status, ...content.error } };
  } catch {
    return { ok: false, failure: UNREACHED };
  }
}

export const signIn = (name: string, password: string) => ask<Person>("POST", "/session", { name, password });
export const whoIsIn = () => ask<Person>("GET", "/session");
export const signOut = (csrf: string) => ask<null>("DELETE", "/session", undefined, csrf);
export const changePassword = (old: string, password: string, csrf: string) =>
  ask<{ changed: true }>("PUT", "/session/password", { old, new: password }, csrf);
export const pauseReasons = () => ask<string[]>("GET", "/pause-reasons");
