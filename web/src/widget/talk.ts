// What the widget knows of its chat: what it is told, and what the customer wrote that was not taken yet. Pure.

import type { Choice, File, Limits, Message, Received, State } from "./messages";

const MOST_MESSAGES = 400;

/** What the customer wrote; the server counts these from 1, so that one sent twice is taken once. */
export interface Written {
  text: string;
  file?: File;
}

export interface Talk {
  /** The way back to the chat; empty: none was begun. */
  token: string;
  messages: Message[];
  /** The number of the customer's last message that was taken. */
  heard: number;
  pending: Written[];
  state: State | "";
  /** The place in a queue. */
  position: number | null;
  files: Limits | null;
  /** What was written in an earlier chat. */
  past: Message[];
}

export const NOTHING: Talk = {
  token: "",
  messages: [],
  heard: 0,
  pending: [],
  state: "",
  position: null,
  files: null,
  past: [],
};

/** The talk after something came from the server. */
export function after(talk: Talk, received: Received): Talk {
  switch (received.type) {
    case "welcome": {
      const { token, files } = received;
      return { ...taken(talk, received.heard), token, files: files ?? null };
    }
    case "message": {
      const { type: _, ...message } = received;
      if (message.number <= seen(talk)) return talk;
      return { ...talk, messages: [...talk.messages, message].slice(-MOST_MESSAGES) };
    }
    case "ack":
      return taken(talk, received.number);
    case "state":
      return { ...talk, state: received.state, position: received.position ?? null };
    default:
      return talk;
  }
}

function taken(talk: Talk, heard: number): Talk {
  return { ...talk, heard, pending: talk.pending.slice(Math.max(0, heard - talk.heard)) };
}

/** The number of the last message that is here. */
export function seen(talk: Talk): number {
  return talk.messages.at(-1)?.number ?? 0;
}

export function write(talk: Talk, written: Written): Talk {
  return { ...talk, pending: [...talk.pending, written] };
}

/** Without the oldest of what was not taken: it never will be. */
export function giveUp(talk: Talk): Talk {
  return { ...talk, pending: talk.pending.slice(1) };
}

/** The chat is over and forgotten by the centre; what was written stays to be read. */
export function over(talk: Talk, past: Message[]): Talk {
  return { ...NOTHING, past: past.length ? past : [...talk.past, ...talk.messages] };
}

/** What may be answered by a button: the choices of the last question, until it is answered. */
export function choices(talk: Talk): Choice[] {
  if (talk.pending.length || talk.state === "ended") return [];
  const last = talk.messages.findLast(({ from, notice }) => from === "customer" || (from === "bot" && !notice));
  return last?.from === "bot" ? choicesOf(last) : [];
}

function choicesOf(message: Message): Choice[] {
  if (message.field?.kind === "yes_no") {
    return [...message.text.matchAll(/^([12])\. (.+)$/gm)].map(([, key = "", label = ""]) => ({ key, label }));
  }
  return message.choices ?? [];
}

/** The text without the lines that stand on buttons too. */
export function shownText(message: Message): string {
  const lines = new Set(choicesOf(message).map(({ key, label }) => `${key}. ${label}`));
  return message.text
    .split("\n")
    .filter((line) => !lines.has(line))
    .join("\n");
}

/** What is kept in the browser, so that a reload loses nothing. */
export type Kept = Pick<Talk, "token" | "heard" | "pending"> & { open: boolean };

export function kept(talk: Talk, open: boolean): string {
  const { token, heard, pending } = talk;
  return JSON.stringify({ token, heard, pending, open } satisfies Kept);
}

export function restored(text: string | null): { talk: Talk; open: boolean } {
  try {
    const { token, heard, pending, open } = JSON.parse(text ?? "") as Kept;
    if (typeof token === "string" && token && Number.isInteger(heard) && Array.isArray(pending)) {
      return { talk: { ...NOTHING, token, heard, pending }, open: open === true };
    }
  } catch {
    // nothing was kept, or by something else
  }
  return { talk: NOTHING, open: false };
}
