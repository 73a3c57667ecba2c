import { describe, expect, it } from "vitest";
import { CONTACT } from "../../cti/examples";
import type { Consultation, Contact } from "../../cti/messages";
import { isChosen, othersOf, targetWith, verbsOf } from "./verbs";

const talk: Contact = { ...CONTACT, state: "connected" };
const asks = (state: Consultation["state"]): Contact => ({
  ...talk,
  consultation: { number: 1, state, agent: "1001", asked: "1002", colleague: "1002", note: "" },
});

describe("the verbs of a call", () => {
  it("are none before it is answered, and in no chat", () => {
    expect(verbsOf(CONTACT)).toEqual([]);
    expect(verbsOf({ ...talk, channel: "chat" })).toEqual([]);
  });
  it("hold who talks and take back who is held", () => {
    expect(verbsOf(talk)).toContain("hold");
    expect(verbsOf({ ...talk, state: "held" })).toContain("retrieve");
    expect(verbsOf({ ...talk, state: "held" })).not.toContain("keys");
  });
  it("mute and unmute", () => {
    expect(verbsOf(talk)).toContain("mute");
    expect(verbsOf({ ...talk, muted: true })).toContain("unmute");
  });
  it("pause and resume what is recorded, and nothing else", () => {
    expect(verbsOf(talk).join()).not.toContain("recording");
    expect(verbsOf({ ...talk, recording: "on" })).toContain("pause-recording");
    expect(verbsOf({ ...talk, state: "held", recording: "paused" })).toContain("resume-recording");
    expect(verbsOf({ ...asks("conference"), recording: "on" })).toContain("pause-recording");
    expect(verbsOf({ ...asks("talking"), channel: "consultation", recording: "on" })).toEqual(["mute", "hang-up"]);
  });
  it("follow the consultation", () => {
    expect(verbsOf(asks("asking"))).toEqual(["cancel", "hang-up"]);
    expect(verbsOf(asks("talking"))).toContain("swap");
    expect(verbsOf({ ...asks("swapped") })).toContain("conference");
    expect(verbsOf(asks("conference"))).not.toContain("swap");
    for (const state of ["talking", "swapped", "conference"] as const)
      expect(verbsOf(asks(state))).toEqual(expect.arrayContaining(["complete", "cancel"]));
  });
  it("let a colleague leave and be mute", () => {
    expect(verbsOf({ ...asks("talking"), channel: "consultation" })).toEqual(["mute", "hang-up"]);
  });
});

it("a voicemail can be ended", () => {
  expect(verbsOf({ ...talk, channel: "voicemail" })).toEqual(["hang-up"]);
});

describe("where a caller can be sent", () => {
  it("has the free first and oneself not at all", () => {
    const agents = (["signed_out", "connected", "ready", "paused"] as const).map((state, index) => ({
      agent: `100${index}`,
      state,
      since: 0,
    }));
    expect(othersOf({ agents, queues: [] }, "1003").map(({ agent }) => agent)).toEqual(["1002", "1001", "1000"]);
  });
  it("is one place", () => {
    expect(targetWith({ queue: "tech" })).toEqual({ to_agent: "", queue: "tech", number: "" });
    expect(isChosen(targetWith({ number: "  " }))).toBe(false);
    expect(isChosen(targetWith({ to_agent: "1002" }))).toBe(true);
  });
});
