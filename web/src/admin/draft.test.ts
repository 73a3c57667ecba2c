import { expect, test } from "vitest";
import { at, dotted, merge, put, same } from "./draft";

const CENTRE = { queues: { tv: { ring_seconds: 20, plan: [{ after: 5 }, { after: 9 }] } }, order: "age" };

test("what is put somewhere is there, and nothing else is another", () => {
  const changed = put(CENTRE, ["queues", "tv", "plan", 1, "team"], "blue");
  expect(at(changed, ["queues", "tv", "plan", 1])).toEqual({ after: 9, team: "blue" });
  expect(at(CENTRE, ["queues", "tv", "plan", 1])).toEqual({ after: 9 });
  expect(at(put(CENTRE, ["agents", "1", "team"], "a"), ["agents"])).toEqual({ "1": { team: "a" } });
  expect(Object.keys(at(put(CENTRE, ["queues"], {}), []) as object)).toEqual(["queues", "order"]);
});

test("what is taken away is gone", () => {
  expect(put(CENTRE, ["queues", "tv", "plan", 0], undefined)).toEqual({
    queues: { tv: { ring_seconds: 20, plan: [{ after: 9 }] } },
    order: "age",
  });
  expect(put({ a: 1, b: 2 }, ["a"], undefined)).toEqual({ b: 2 });
});

test("a name that every object has by itself is nothing", () => {
  expect(at({}, ["constructor"])).toBeUndefined();
  expect(at({}, ["toString"])).toBeUndefined();
});

test("a path is written as the server writes it", () => {
  expect(dotted(["queues", "tv", "plan", 0, "move"])).toBe("queues.tv.plan[0].move");
  expect(dotted([])).toBe("");
});

test("the order of names is nothing, that of a list is", () => {
  expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: 1 }, { a: 1, b: null })).toBe(false);
});

test("a change is made anew on what somebody else changed elsewhere", () => {
  const mine = put(CENTRE, ["queues", "tv", "ring_seconds"], 30);
  const theirs = put(put(CENTRE, ["queues", "hifi"], { ring_seconds: 9 }), ["order"], undefined);
  expect(merge(CENTRE, mine, theirs)).toEqual({
    content: { queues: { tv: { ring_seconds: 30, plan: [{ after: 5 }, { after: 9 }] }, hifi: { ring_seconds: 9 } } },
    both: [],
  });
});

test("where both changed the same, mine stands and is told of", () => {
  const mine = put(CENTRE, ["queues", "tv", "ring_seconds"], 30);
  const theirs = put(CENTRE, ["queues", "tv", "ring_seconds"], 40);
  const merged = merge(CENTRE, mine, theirs);
  expect(at(merged.content, ["queues", "tv", "ring_seconds"])).toBe(30);
  expect(merged.both).toEqual(["queues.tv.ring_seconds"]);
  expect(merge(CENTRE, mine, mine).both).toEqual([]);
});

test("what I removed stays removed unless they changed it", () => {
  const mine = put(CENTRE, ["queues", "tv"], undefined);
  expect(merge(CENTRE, mine, put(CENTRE, ["order"], "x"))).toEqual({ content: { queues: {}, order: "x" }, both: [] });
  const theirs = put(CENTRE, ["queues", "tv", "ring_seconds"], 40);
  expect(merge(CENTRE, mine, theirs)).toEqual({ content: { queues: {}, order: "age" }, both: ["queues.tv"] });
});
