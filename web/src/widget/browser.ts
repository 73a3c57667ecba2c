// The line's surroundings in a browser: sockets, files and what is remembered.

import type { Around } from "./line";

export function browserAround(origin: string): Around {
  return {
    open(heard) {
      const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/chat`);
      socket.onopen = () => heard.opened();
      socket.onmessage = ({ data }) => heard.message(String(data));
      socket.onclose = () => heard.closed();
      return {
        send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
        close: () => socket.close(),
      };
    },
    now: () => performance.now() / 1000,
    later(seconds, what) {
      const timer = setTimeout(what, seconds * 1000);
      return () => clearTimeout(timer);
    },
    random: Math.random,
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
