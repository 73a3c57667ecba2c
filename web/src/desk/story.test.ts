import { expect, test } from "vitest";
import { step } from "../cti/examples";
import { languageFor } from "../shared/language";
import { clock } from "../shared/time";
import { KEYS, shortcutOf } from "./shortcuts";
import { knownOf, linesOf } from "./story";
import { en } from "./words/en";
import { zhCN } from "./words/zh-CN";

test("a path is told in words, without what says nothing", () => {
  const story = [step(1, "entered", "138 dialled 4008"), step(2, "queue"), step(3, "queued", "tech"), step(4, "new")];
  expect(linesOf(story, en).map(({ what, detail }) => [what, detail])).toEqual([
    ["Came in", "138 dialled 4008"],
    ["Waits for", "tech"],
    ["new", ""],
  ]);
});

test("what the flow knows, without what is shown elsewhere", () => {
  const variables = {
    "caller.number": "138",
    dialled: "4008",
    order: 17,
    empty: "",
    parts: ["a"],
    "callback.queue": "x",
  };
  expect(knownOf(variables)).toEqual([
    ["order", "17"],
    ["parts", '["a"]'],
  ]);
});

test("durations", () => {
  expect([-3, 0, 59.9, 61, 3600, 36_061].map(clock)).toEqual(["0:00", "0:00", "0:59", "1:01", "1:00:00", "10:01:01"]);
});

test("the language of a browser", () => {
  expect(languageFor(["de", "en-GB"])).toBe("en");
  expect(languageFor(["zh-TW", "en"])).toBe("zh-CN");
  expect(languageFor(["de"])).toBe("zh-CN");
});

test("every word is there in both languages, and none is another's", () => {
  const names = (words: object, path = ""): string[] =>
    Object.entries(words).flatMap(([name, value]) =>
      typeof value === "object" ? names(value, `${path}${name}.`) : [path + name],
    );
  expect(names(zhCN)).toEqual(names(en));
});

test("a shortcut is Alt with the key's place, and nothing beside", () => {
  const key = { code: "KeyR", altKey: true, ctrlKey: false, metaKey: false };
  expect(shortcutOf(key)).toBe("ready");
  expect(shortcutOf({ ...key, altKey: false })).toBeNull();
  expect(shortcutOf({ ...key, ctrlKey: true })).toBeNull();
  expect(shortcutOf({ ...key, code: "KeyZ" })).toBeNull();
  expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
});
