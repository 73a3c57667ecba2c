import { expect, test } from "vitest";
import { CONTACT, message } from "../cti/examples";
import { type Canned, filled, found, unread, wanted } from "./canned";

const ALL: Record<string, Canned> = {
  thanks: { text: { en: "Thank you, {customer}.", "zh-CN": "谢谢您。" }, queues: [] },
  hello: { text: { en: "Hello {customer}, I am {agent}.", "zh-CN": "您好" }, queues: ["tech", "sales"] },
  power: { text: { en: "Is the light on? Hello?" }, queues: ["tech"] },
};

test("a slash at the beginning looks for an answer, anywhere else it is a slash", () => {
  expect(["/", "/He", "/ hello ", "and/or", "", " /x", "/a\nb"].map(wanted)).toEqual([
    "",
    "he",
    "hello",
    null,
    null,
    null,
    null,
  ]);
});

test("answers are found by name or text, in the customer's language and queue", () => {
  const names = (looked: string, queue = "tech", language = "en") =>
    found(ALL, { ...CONTACT, queue, language }, looked).map(({ name }) => name);
  expect(names("")).toEqual(["hello", "power", "thanks"]);
  expect(names("hello")).toEqual(["hello", "power"]);
  expect(names("light", "sales")).toEqual([]);
  expect(names("", "other")).toEqual(["thanks"]);
  expect(names("谢谢", "tech", "zh-CN")).toEqual(["thanks"]);
  expect(names("谢谢")).toEqual([]);
  expect(found(ALL, { ...CONTACT, language: "zh-CN" }, "power")[0]?.text).toBe("Is the light on? Hello?");
});

test("names are filled in where they are known", () => {
  const { text } = ALL.hello as Canned;
  expect(filled(text.en ?? "", "Ann", "Li Na")).toBe("Hello Ann, I am Li Na.");
  expect(filled(text.en ?? "", "", "Li Na")).toBe("Hello, I am Li Na.");
  expect(filled("{customer}，您好", "{agent}", "x")).toBe("{agent}，您好");
});

test("what the customer wrote since is unread", () => {
  const messages = [message(1), message(2), { ...message(3), sender: "agent" as const }, message(4)];
  expect([unread(messages, 0), unread(messages, 2), unread(messages, 4)]).toEqual([3, 1, 0]);
});
