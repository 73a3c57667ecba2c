import { expect, test } from "vitest";
import type { Message } from "./messages";
import { after, choices, giveUp, kept, NOTHING, over, restored, seen, shownText, type Talk, write } from "./talk";

const message = (number: number, more: Partial<Message> = {}): Message => ({
  number,
  at: 1000 + number,
  from: "bot",
  text: `text ${number}`,
  ...more,
});
const MENU = message(2, {
  text: "What can we do?\n1. A visit\n2. A person",
  choices: [
    { key: "1", label: "A visit" },
    { key: "2", label: "A person" },
  ],
});
const talking = (...messages: Message[]): Talk => ({ ...NOTHING, token: "t", state: "connected", messages });

test("messages come once and in their order, also when they are sent again", () => {
  let talk: Talk = NOTHING;
  for (const number of [1, 2, 2, 1, 3]) talk = after(talk, { type: "message", ...message(number) });
  expect(talk.messages.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(seen(talk)).toBe(3);
  expect(talk.messages[0]).not.toHaveProperty("type");
});

test("what was taken is pending no more, whether an acknowledgement or a welcome says so", () => {
  let talk = write(write(write(NOTHING, { text: "a" }), { text: "b" }), { text: "c" });
  talk = after(talk, { type: "ack", number: 0 });
  expect(talk.pending.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  talk = after(talk, { type: "ack", number: 1 });
  talk = after(talk, { type: "ack", number: 1 });
  expect(talk.pending.map(({ text }) => text)).toEqual(["b", "c"]);
  talk = after(talk, { type: "welcome", token: "t", language: "en", heard: 3 });
  expect([talk.pending, talk.heard, talk.files]).toEqual([[], 3, null]);
});

test("the choices of the last question are buttons until it is answered", () => {
  const talk = talking(message(1), MENU);
  expect(choices(talk)).toEqual(MENU.choices);
  expect(choices(write(talk, { text: "1" }))).toEqual([]);
  expect(choices(talking(MENU, message(3, { from: "customer" })))).toEqual([]);
  expect(choices(talking(MENU, message(3, { from: "system", notice: "remind" })))).toEqual(MENU.choices);
  expect(choices({ ...talk, state: "ended" })).toEqual([]);
  expect(choices(NOTHING)).toEqual([]);
});

test("a survey's numbers and a form's yes and no are buttons too", () => {
  const keys = ["1", "2", "3"].map((key) => ({ key, label: key }));
  expect(choices(talking(message(1, { text: "Rate us.", choices: keys })))).toEqual(keys);
  const yesNo = message(1, { text: "Is it new?\n1. Yes\n2. No", field: { kind: "yes_no" } });
  expect(choices(talking(yesNo))).toEqual([
    { key: "1", label: "Yes" },
    { key: "2", label: "No" },
  ]);
  expect(shownText(yesNo)).toBe("Is it new?");
});

test("what stands on buttons is not said twice, and all else is", () => {
  expect(shownText(MENU)).toBe("What can we do?");
  expect(shownText({ ...MENU, text: `${MENU.text}\n3. Else` })).toBe("What can we do?\n3. Else");
  expect(shownText(message(1, { text: "1. A visit" }))).toBe("1. A visit");
});

test("a chat that is over is read on, and another begins from nothing", () => {
  const talk = over({ ...talking(message(1)), heard: 4, pending: [{ text: "a" }] }, []);
  expect(talk).toEqual({ ...NOTHING, past: [message(1)] });
  expect(over(talking(message(1)), [message(7)]).past).toEqual([message(7)]);
});

test("what can never be taken is given up", () => {
  expect(giveUp(write(write(NOTHING, { text: "a" }), { text: "b" })).pending).toEqual([{ text: "b" }]);
});

test("a reload goes on with what was kept, and with nothing of what is not ours", () => {
  const talk = write({ ...talking(message(1)), heard: 2 }, { text: "not yet taken" });
  const back = restored(kept(talk, true));
  expect(back.open).toBe(true);
  expect(back.talk).toEqual({ ...NOTHING, token: "t", heard: 2, pending: [{ text: "not yet taken" }] });
  for (const text of [null, "", "null", "[]", '{"token":1}', '{"token":"t","heard":"x","pending":[]}'])
    expect(restored(text)).toEqual({ talk: NOTHING, open: false });
});
