// What pages ask for and tell over REST.

export interface Failure {
  status: number;
  code: string;
  message: string;
  /** What was found, where the answer says it. */
  problems?: unknown;
}

export type Answer<T> = { ok: true; content: T } | { ok: false; failure: Failure };

const UNREACHED: Failure = { status: 0, code: "unreached", message: "" };

/** Asks as whoever is signed in, in the language that the page is shown in; what changes something goes with their `csrf`. A Blob goes as it is, all else as
 * JSON. */
export async function ask<T>(
  method: string,
  path: string,
  body?: unknown,
  csrf = "",
  more: Record<string, string> = {},
): Promise<Answer<T>> {
  const isFile = body instanceof Blob;
  try {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        "Accept-Language": document.documentElement.lang,
        ...(!isFile && { "Content-Type": "application/json" }),
        ...(csrf && { "X-CSRF-Token": csrf }),
        ...more,
      },
      ...(body !== undefined && { body: isFile ? body : JSON.stringify(body) }),
    });
    const content = response.status === 204 ? null : await response.json();
    if (response.ok) return { ok: true, content };
    return { ok: false, failure: { status: response.status, ...content.error, problems: content.problems } };
  } catch {
    return { ok: false, failure: UNREACHED };
  }
}

/** Sends a file, as whoever is signed in. */
export function sendFile<T>(path: string, file: File, csrf: string): Promise<Answer<T>> {
  const headers = { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) };
  return ask("POST", path, file, csrf, headers);
}
