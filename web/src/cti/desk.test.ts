import { expect, test } from "vitest";
import { after, type Desk, deskOf } from "./desk";
import { AGENT, CONTACT, message, SNAPSHOT, step } from "./examples";
import type { Told } from "./messages";

/** The desk after events whose numbers follow; a gap or a stranger fails the test. */
function followed(told: Told[], desk: Desk = deskOf(SNAPSHOT)): Desk {
  return told.reduce((before, one) => {
    const now = after(before, before.position.number + 1, one);
    expect(now).not.toBeNull();
    return now as Desk;
  }, desk);
}

const OFFERED: Told = { event: "ContactOffered", contact: CONTACT, story: [step(1, "entered")], messages: [] };

test("the pop has the contact with its story", () => {
  const desk = followed([OFFERED]);
  expect(desk.contacts).toEqual([{ contact: CONTACT, story: [step(1, "entered")], messages: [] }]);
  expect(desk.position).toEqual({ stream: "s", number: 42 });
});

test("a talk from the offer to the wrap-up", () => {
  const talking = { ...CONTACT, state: "connected" as const, connected_at: 1010 };
  const held = { ...talking, state: "held" as const };
  const desk = followed([
    { event: "AgentChanged", agent: { ...AGENT, state: "ringing" } },
    OFFERED,
    { event: "ContactConnected", contact: talking },
    { event: "ContactHeld", contact: held },
  ]);
  expect(desk.contacts[0]?.contact).toEqual(held);
  expect(desk.contacts[0]?.story).toHaveLength(1);
  expect(desk.agent.state).toBe("ringing");
  const over = followed(
    [
      { event: "ContactRetrieved", contact: talking },
      { event: "ContactEnded", contact: "c1", outcome: "ended" },
      { event: "AgentChanged", agent: { ...AGENT, state: "wrap_up" } },
    ],
    desk,
  );
  expect([over.contacts, over.agent.state]).toEqual([[], "wrap_up"]);
});

test("steps and messages are added, the oldest go", () => {
  const steps = Array.from({ length: 70 }, (_, index): Told => {
    return { event: "ContactStepped", contact: "c1", step: step(index + 2) };
  });
  const messages = Array.from({ length: 210 }, (_, index): Told => {
    return { event: "ContactSaid", contact: "c1", message: message(index + 1) };
  });
  const [one] = followed([OFFERED, ...steps, ...messages]).contacts;
  expect(one?.story.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, index) => index + 12));
  expect(one?.messages).toHaveLength(200);
  expect(one?.messages.at(-1)).toEqual(message(210));
});

test("what is of another contact stays", () => {
  const other = { ...CONTACT, contact: "c2" };
  const desk = followed([
    OFFERED,
    { event: "ContactOffered", contact: other, story: [], messages: [] },
    { event: "ContactStepped", contact: "c2", step: step(1) },
    { event: "ContactEnded", contact: "c1", outcome: "no_answer" },
  ]);
  expect(desk.contacts).toEqual([{ contact: other, story: [step(1)], messages: [] }]);
});

test.each([40, 41, 43])("number %i does not follow 41", (number) => {
  expect(after(deskOf(SNAPSHOT), number, OFFERED)).toBeNull();
});

test("an event about a contact that is not there", () => {
  const desk = deskOf(SNAPSHOT);
  expect(after(desk, 42, { event: "ContactEnded", contact: "c9", outcome: "" })).toBeNull();
  expect(after(desk, 42, { event: "ContactHeld", contact: CONTACT })).toBeNull();
  expect(after(desk, 42, { event: "ContactStepped", contact: "c9", step: step(1) })).toBeNull();
});

test("an event of a later version is counted and passed over", () => {
  const told = { event: "ContactSang", contact: "c1" } as unknown as Told;
  expect(followed([OFFERED, told]).position.number).toBe(43);
});

test("a desk is never changed in place", () => {
  const before = followed([OFFERED]);
  const copy = structuredClone(before);
  followed([{ event: "ContactStepped", contact: "c1", step: step(2) }], before);
  expect(before).toEqual(copy);
});
