// What goes over a desktop's WebSocket: docs/cti.md in types. Times are epoch seconds of the server's clock.

export interface Position {
  stream: string;
  number: number;
}

export type AgentState =
  | "signed_out"
  | "ready"
  | "reserved"
  | "ringing"
  | "connecting"
  | "connected"
  | "hold"
  | "wrap_up"
  | "paused"
  | "not_ready";

export interface Agent {
  agent: string;
  state: AgentState;
  reason: string;
  since: number;
  wants: string;
  pause_reason: string;
  paused_since: number | null;
  until: number | null;
  extension_left: number;
  units: number;
  monitored: { by: string; mode: "listen" | "whisper" | "barge" }[];
  wrapping: Wrapping[];
}

/** A contact in wrap-up; `owed`: its disposition is required and not set. */
export interface Wrapping {
  contact: string;
  queue: string;
  owed: boolean;
  code: string;
  note: string;
}

export type ContactState = "offered" | "connecting" | "connected" | "held" | "interrupted";

export interface PastContact {
  contact: string;
  at: number;
  channel: string;
  queue: string;
  outcome: string;
  agent: string;
}

export interface KnownCustomer {
  customer: string;
  name: string;
  tier: string;
  tags: string[];
  language: string;
  last: PastContact[];
  proven: boolean;
}

/** What a system outside knows of a customer's orders: of each the fields that are set. */
export interface Orders {
  state: "asked" | "known" | "failed";
  reason: string;
  found: Record<string, string>[];
}

export interface Contact {
  contact: string;
  channel: string;
  state: ContactState;
  offer: number;
  queue: string;
  number: string;
  name: string;
  tier: string;
  language: string;
  dialled: string;
  flow: string;
  entered_at: number | null;
  waiting_since: number | null;
  offered_at: number | null;
  connected_at: number | null;
  heard: number;
  disposition: string;
  note: string;
  variables: Record<string, unknown>;
  forms: Record<string, Record<string, string>>;
  links: Record<string, [purpose: string, status: string]>;
  customer: KnownCustomer | null;
  orders: Orders | null;
  muted: boolean;
  consultation: Consultation | null;
  /** Empty: the talk is not recorded. */
  recording: "" | "on" | "paused";
}

export interface Consultation {
  number: number;
  state: "asking" | "talking" | "swapped" | "conference";
  agent: string;
  asked: string;
  colleague: string;
  note: string;
}

export interface Step {
  number: number;
  at: number;
  what: string;
  detail: string;
}

export interface Message {
  number: number;
  at: number;
  sender: "customer" | "bot" | "agent" | "system";
  text: string;
  choices: { key: string; label: string }[];
  notice: "joined" | "left" | "remind" | "idle" | null;
  agent: string;
  file: File | null;
}

export interface File {
  file: string;
  name: string;
  kind: string;
  size: number;
}

export interface OnDesk {
  contact: Contact;
  story: Step[];
  messages: Message[];
}

export type Told =
  | { event: "AgentChanged"; agent: Agent }
  | ({ event: "ContactOffered" } & OnDesk)
  | { event: "ContactConnected" | "ContactHeld" | "ContactRetrieved" | "ContactChanged"; contact: Contact }
  | { event: "ContactStepped"; contact: string; step: Step }
  | { event: "ContactSaid"; contact: string; message: Message }
  | { event: "ContactEnded"; contact: string; outcome: string };

export interface Snapshot {
  type: "snapshot";
  position: Position;
  works: boolean;
  now: number;
  agent: Agent;
  contacts: OnDesk[];
}

export type Received =
  | Snapshot
  | { type: "resumed"; position: Position; works: boolean; now: number; missed: number }
  | { type: "event"; number: number; told: Told }
  | { type: "done"; id: string }
  | { type: "refused"; id: string; code: string; message: string }
  | { type: "beat"; position: Position; now: number }
  | { type: "typing"; contact: string }
  | { type: "taken_over"; by: string }
  | { type: "error"; code: string; message: string };

export interface Hello {
  type: "hello";
  agent: string;
  mode: "work" | "watch";
  take: boolean;
  desktop: string;
  after?: Position;
}

export type Sent =
  | Hello
  | { type: "do"; id: string; verb: string; given: Record<string, unknown> }
  | { type: "typing"; contact: string }
  | { type: "beat" };
