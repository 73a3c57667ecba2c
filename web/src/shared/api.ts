// What pages ask for and tell over REST.

export interface Failure {
  status: number;
  code: string;
  message: string;
}

export type Answer<T> = { ok: true; content: T } | { ok: false; failure: Failure };

const UNREACHED: Failure = { status: 0, code: "unreached", message: "" };

/** Asks as whoever is signed in; what changes something goes with their `csrf`. */
export function ask<T>(method: string, path: string, body?: unknown, csrf = ""): Promise<Answer<T>> {
  const headers = { "Content-Type": "application/json", ...(csrf && { "X-CSRF-Token": csrf }) };
  return answerTo(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

/** Sends a file, as whoever is signed in. */
export function sendFile<T>(path: string, file: File, csrf: string): Promise<Answer<T>> {
  const headers = {
    "Content-Type": "application/octet-stream",
    "X-File-Name": encodeURIComponent(file.name),
    "X-CSRF-Token": csrf,
  };
  return answerTo(path, { method: "POST", headers, body: file });
}

async function answerTo<T>(path: string, request: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(path, { credentials: "same-origin", ...request });
    const content = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, content };
    return { ok: false, failure: { status: response.status, ...content.error } };
  } catch {
    return { ok: false, failure: UNREACHED };
  }
}
