// The browser's own parts that a connection needs.

import type { Around } from "../cti/following";

/** The WebSocket is at `path`; `failed` is told when the WebSocket can't be opened. */
export function browserAround(path: string, failed: () => void): Around {
  return {
    open: (heard) => {
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
      socket.onopen = heard.opened;
      socket.onmessage = (event: MessageEvent<string>) => heard.message(event.data);
      socket.onclose = heard.closed;
      return socket;
    },
    now: () => Date.now() / 1000,
    later: (seconds, what) => {
      const timer = setTimeout(what, seconds * 1000);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    failed,
  };
}
