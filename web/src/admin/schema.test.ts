import { expect, test } from "vitest";
import { faultOf, isOptional, kindsOf, type Schema, schemaAt, typedNumber } from "./schema";

const ROOT: Schema = {
  $ref: "#/$defs/Form",
  $defs: {
    Form: {
      type: "object",
      properties: {
        queues: { type: "object", additionalProperties: { $ref: "#/$defs/Queue" } },
        order: { enum: ["age", "service_objective"], default: "age" },
      },
    },
    Queue: {
      type: "object",
      properties: {
        ring_seconds: { type: "number", minimum: 1, maximum: 300, default: 20 },
        needs: {
          anyOf: [
            { type: "object", additionalProperties: { type: "integer", minimum: 1, maximum: 5 } },
            { type: "string" },
          ],
        },
        plan: { type: "array", items: { $ref: "#/$defs/Step" } },
        open: { type: "number", exclusiveMinimum: 0 },
        country: { type: "string", pattern: "^([A-Z]{2})?$" },
      },
    },
    Step: {
      type: "object",
      properties: { when: { anyOf: [{ $ref: "#/$defs/Condition" }, { type: "null" }], default: null } },
    },
    Condition: { type: "object", properties: { on: { type: "number" } } },
  },
};
const field = (name: string) => schemaAt(ROOT, ["queues", "tv", name]) as Schema;

test("the schema of a field is found through maps, lists, references and what may be left out", () => {
  expect(field("ring_seconds").maximum).toBe(300);
  expect(schemaAt(ROOT, ["queues", "tv", "plan", 3, "when", "on"])).toEqual({ type: "number" });
  expect(schemaAt(ROOT, ["queues", "tv", "nothing"])).toBeUndefined();
  expect(isOptional(schemaAt(ROOT, ["queues", "tv", "plan", 0, "when"]) as Schema)).toBe(true);
});

test("what may be written is known by its kind", () => {
  expect(kindsOf(field("needs"), ROOT).map((kind) => kind.is)).toEqual(["map", "text"]);
  expect(kindsOf(field("plan"), ROOT)[0]?.is).toBe("list");
  expect(kindsOf(schemaAt(ROOT, ["order"]) as Schema, ROOT)).toEqual([
    { is: "choice", of: ["age", "service_objective"] },
  ]);
  expect(kindsOf(schemaAt(ROOT, ["queues", "tv"]) as Schema, ROOT)[0]?.is).toBe("fields");
});

test.each([
  ["ring_seconds", "abc", "number"],
  ["ring_seconds", 0, "least"],
  ["ring_seconds", 301, "most"],
  ["ring_seconds", 20, undefined],
  ["ring_seconds", undefined, undefined],
  ["open", 0, "more"],
  ["country", "china", "pattern"],
  ["country", "CN", undefined],
] as const)("%s: %s is %s", (name, value, code) => {
  expect(faultOf(field(name), value, ROOT)?.code).toBe(code);
});

test("a whole number and a choice are told", () => {
  expect(faultOf({ type: "integer" }, 1.5, ROOT)).toEqual({ code: "whole" });
  expect(faultOf({ enum: ["a", "b"] }, "c", ROOT)).toEqual({ code: "choice", bound: "a, b" });
});

test("what is typed is a number where it is one", () => {
  expect(["", " ", "20", "2.5", "-1", "2x", "1e400"].map(typedNumber)).toEqual([
    undefined,
    undefined,
    20,
    2.5,
    -1,
    "2x",
    "1e400",
  ]);
});
