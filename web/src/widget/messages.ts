// What goes over a chat's WebSocket: docs/chat.md in types. Times are epoch seconds of the server's clock.

export interface Choice {
  key: string;
  label: string;
}

export interface File {
  file: string;
  name: string;
  kind: string;
  size: number;
}

export interface Message {
  number: number;
  at: number;
  from: "customer" | "bot" | "agent" | "system";
  text: string;
  notice?: string;
  choices?: Choice[];
  field?: { kind: string };
  file?: File;
}

export interface Limits {
  types: string[];
  most_bytes: number;
}

export type State = "flow" | "queued" | "connected" | "ended";

export type Received =
  | { type: "welcome"; token: string; language: string; heard: number; files?: Limits }
  | ({ type: "message" } & Message)
  | { type: "ack"; number: number }
  | { type: "state"; state: State; position?: number }
  | { type: "typing" }
  | { type: "error"; code: string; message: string };

export type Sent =
  | { type: "hello"; line: string; name: string; number: string; language: string }
  | { type: "hello"; token: string; seen: number }
  | { type: "say"; number: number; text: string; file?: string }
  | { type: "typing" }
  | { type: "bye" };
