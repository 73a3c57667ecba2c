// A desk for the tests, as the centre sends one.

import type { Agent, Contact, Message, Snapshot, Step } from "./messages";

export const AGENT: Agent = {
  agent: "1001",
  state: "ready",
  reason: "",
  since: 1000,
  wants: "ready",
  pause_reason: "",
  paused_since: null,
  until: null,
  extension_left: 0,
  units: 0,
  monitored: [],
  wrapping: [],
};

export const CONTACT: Contact = {
  contact: "c1",
  channel: "voice",
  state: "offered",
  offer: 1,
  queue: "tech",
  number: "13800000001",
  name: "",
  tier: "",
  language: "en",
  dialled: "4008",
  flow: "line",
  entered_at: 990,
  waiting_since: 995,
  offered_at: 1000,
  connected_at: null,
  heard: 0,
  disposition: "",
  note: "",
  variables: {},
  forms: {},
  links: {},
  customer: null,
  orders: null,
  muted: false,
  consultation: null,
  recording: "",
};

export const SNAPSHOT: Snapshot = {
  type: "snapshot",
  position: { stream: "s", number: 41 },
  works: true,
  now: 2000,
  agent: AGENT,
  contacts: [],
};

export const step = (number: number, what = "menu", detail = ""): Step => ({ number, at: 1000 + number, what, detail });

export const message = (number: number): Message => ({
  number,
  at: 1000 + number,
  sender: "customer",
  text: `text ${number}`,
  choices: [],
  notice: null,
  agent: "",
  file: null,
});
