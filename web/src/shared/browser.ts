// The browser's own parts that a connection of who signed in needs.

import type { Around } from "../cti/following";
import { browserSurroundings } from "./connection";

/** The WebSocket is at `path`; `failed` is told when the WebSocket can't be opened. */
export function browserAround(path: string, failed: () => void): Around {
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
  return { ...browserSurroundings(address), failed };
}
