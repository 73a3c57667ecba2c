// What can be done about a call as it stands now, and where a caller can be sent. Pure.

import type { AgentState, Contact } from "../../cti/messages";

export type TalkVerb =
  | "hold"
  | "retrieve"
  | "mute"
  | "unmute"
  | "pause-recording"
  | "resume-recording"
  | "keys"
  | "transfer"
  | "swap"
  | "conference"
  | "complete"
  | "cancel"
  | "hang-up";

const RECORDS: Record<Contact["recording"], TalkVerb[]> = {
  "": [],
  on: ["pause-recording"],
  paused: ["resume-recording"],
};

/** The verbs that fit, in the order in which they stand beside each other; none where it is no talk. */
export function verbsOf(contact: Contact): TalkVerb[] {
  const { channel, state, muted, consultation } = contact;
  const talks = state === "connected" || state === "held";
  const mute = muted ? "unmute" : "mute";
  if (talks && channel === "consultation") return [mute, "hang-up"];
  if (talks && channel === "voicemail") return ["hang-up"];
  if (!talks || channel !== "voice") return [];
  const record = RECORDS[contact.recording];
  switch (consultation?.state) {
    case "asking":
      return ["cancel", "hang-up"];
    case "talking":
    case "swapped":
      return ["swap", "conference", "complete", "cancel", mute, ...record, "keys", "hang-up"];
    case "conference":
      return ["complete", "cancel", mute, ...record, "keys", "hang-up"];
    default:
      return state === "held"
        ? ["retrieve", "transfer", mute, ...record, "hang-up"]
        : ["hold", "transfer", mute, ...record, "keys", "hang-up"];
  }
}

export interface Colleagues {
  agents: { agent: string; state: AgentState; since: number }[];
  queues: string[];
}

const FIRST: Partial<Record<AgentState, number>> = { ready: 0, signed_out: 2 };

/** The others, those who are free before those who may soon be, and who are not at work last. */
export function othersOf({ agents }: Colleagues, self: string): Colleagues["agents"] {
  const place = (state: AgentState) => FIRST[state] ?? 1;
  return agents
    .filter(({ agent }) => agent !== self)
    .toSorted((one, other) => place(one.state) - place(other.state) || one.agent.localeCompare(other.agent));
}

export interface Target {
  to_agent: string;
  queue: string;
  number: string;
}

/** What was chosen last of agent, queue and number is all that counts. */
export function targetWith(change: Partial<Target>): Target {
  return { to_agent: "", queue: "", number: "", ...change };
}

export const isChosen = (to: Target) => to.to_agent !== "" || to.queue !== "" || to.number.trim() !== "";
