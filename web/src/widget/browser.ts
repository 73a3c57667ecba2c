// The line's surroundings in a browser: sockets, files and what is remembered.

import { browserSurroundings } from "../shared/connection";
import type { Around } from "./line";

export function browserAround(origin: string): Around {
  return {
    ...browserSurroundings(`${origin.replace(/^http/, "ws")}/chat`),
    async ask(path, token, file) {
      const named = file && {
        "X-File-Name": encodeURIComponent(file.name),
        "Content-Type": "application/octet-stream",
      };
      const response = await fetch(origin + path, {
        headers: { "X-Chat-Token": token, ...named },
        credentials: "omit",
        ...(file && { method: "POST", body: file }),
      });
      const json = response.headers.get("Content-Type")?.startsWith("application/json");
      const code = response.ok ? "" : String((await response.json()).error.code);
      return { ok: response.ok, code, content: () => (json ? response.json() : response.blob()) };
    },
  };
}

/** What the browser keeps under a name; one that keeps nothing is no harm but that a reload begins anew. */
export function keeper(name: string, store: () => Storage) {
  return {
    read(): string | null {
      try {
        return store().getItem(name);
      } catch {
        return null;
      }
    },
    write(text: string): void {
      try {
        store().setItem(name, text);
      } catch {
        // private browsing, or full
      }
    },
  };
}
