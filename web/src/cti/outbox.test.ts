import { expect, test } from "vitest";
import { CONTACT } from "./examples";
import { cutOff, EMPTY, next, refused, seen, written } from "./outbox";

const talk = (heard: number) => ({ ...CONTACT, state: "connected" as const, heard });

test("messages leave one at a time, by the number the centre waits for", () => {
  const both = written(written(EMPTY, { text: "one" }), { text: "two" });
  const first = next(both, talk(4));
  expect(first).toMatchObject({ number: 5, one: { text: "one" } });
  const going = first?.outbox ?? EMPTY;
  expect(next(going, talk(4))).toBeNull();
  expect(seen(going, talk(4))).toBe(going);
  expect(next(seen(going, talk(5)), talk(5))).toMatchObject({ number: 6, one: { text: "two" } });
});

test("what was on its way when the connection broke is sent again unless it was taken", () => {
  const going = next(written(EMPTY, { text: "one" }), talk(0))?.outbox ?? EMPTY;
  expect(next(cutOff(seen(going, talk(0))), talk(0))).toMatchObject({ number: 1, one: { text: "one" } });
  expect(cutOff(seen(going, talk(1))).all).toEqual([]);
});

test("nothing is sent before the chat is taken, or when there is nothing", () => {
  expect(next(written(EMPTY, { text: "one" }), { ...CONTACT, state: "offered" })).toBeNull();
  expect(next(EMPTY, talk(0))).toBeNull();
});

test("what was refused for good makes room for the next", () => {
  const going = next(written(written(EMPTY, { text: "one" }), { text: "two" }), talk(0))?.outbox ?? EMPTY;
  expect(next(refused(going), talk(0))).toMatchObject({ number: 1, one: { text: "two" } });
});
