import { describe, expect, it } from "vitest";
import schema from "../../../flows/flow.schema.json";
import { freeName, put, read, referring, renamed, renamedInTests, withTest } from "./document";
import { marks, nodesOf, nodesOfBoth, outletId, outletPath } from "./graph";
import { begun, done, redone, undone } from "./history";
import { references } from "./references";
import { blank, nodeTypes, type Schema, schemaOf } from "./schema";
import { meant, spelled } from "./values";

const SOURCES: Record<string, string> = import.meta.glob(
  [
    "../../../flows/*.yaml",
    "../../../flows/tests/*.yaml",
    "../../../tests/live/flows/*.yaml",
    "../../../bench/flows/*.yaml",
  ],
  { query: "?raw", import: "default", eager: true },
);
const FILES = Object.keys(SOURCES).map((path) => path.replace("../../../", ""));
const text = (file: string) => SOURCES[`../../../${file}`] ?? "";
const SCHEMA = schema as unknown as Schema;

const FLOW = `# The line.
name: line
languages: [en]
start: menu # where it begins
apology: sorry

nodes:
  # asks
  menu:
    type: menu
    text: menu
    choices: {1: to_agent, 2: bye} # two of them
    no_input: sorry
    wrong_key: sorry
    failed: bye
  to_agent: {type: queue, queue: tech, next: bye}

  bye: {type: end} # over
texts:
  menu: {en: 'One or two?'}
  sorry: {en: Sorry.}
`;

describe("a source", () => {
  it.each(FILES)("%s stays byte for byte when nothing, and when the same, is written", (file) => {
    const source = text(file);
    const [name, value] = Object.entries(read(source).flow ?? {})[0] ?? ["", ""];
    expect(put(source, [name], value)).toBe(source);
  });

  it("keeps comments and layout when a field is changed", () => {
    const source = put(FLOW, ["nodes", "bye", "text"], "sorry");
    expect(source).toBe(FLOW.replace("{type: end}", "{type: end, text: sorry}"));
    expect(put(source, ["nodes", "bye", "text"], undefined)).toBe(FLOW);
    expect(put(FLOW, ["start"], "bye")).toBe(FLOW.replace("start: menu", "start: bye"));
  });

  it("does not change a blank of what it need not write anew", () => {
    const source = `\n${FLOW.replace("start: menu #", "start:   menu   #")}`;
    expect(put(source, ["start"], "bye")).toBe(source.replace("start:   menu", "start:   bye"));
    expect(read(put(FLOW, ["start"], "true")).flow?.start).toBe("true");
  });

  it("gets new keys as they are written by hand", () => {
    expect(put(FLOW, ["nodes", "menu", "choices", "3"], "bye")).toContain("choices: {1: to_agent, 2: bye, 3: bye}");
    expect(put(FLOW, ["texts", "hi", "en"], "Hello: {name}")).toContain('  hi:\n    en: "Hello: {name}"\n');
    const offered = put(FLOW, ["nodes", "to_agent", "while_waiting", "announcements", 0], "menu");
    expect(read(offered).flow?.nodes).toMatchObject({ to_agent: { while_waiting: { announcements: ["menu"] } } });
  });

  it("is written as by hand where forms began with nothing", () => {
    const begun = put(
      put(FLOW, ["nodes", "ask"], { type: "menu", text: "", choices: {} }),
      ["nodes", "ask", "text"],
      "menu",
    );
    expect(put(begun, ["nodes", "ask", "choices", "1"], "bye")).toContain(
      "  ask:\n    type: menu\n    text: menu\n    choices:\n      1: bye\n",
    );
  });

  it("that is no YAML tells line and column, and is left alone", () => {
    const source = FLOW.replace("{type: end}", "{type: end");
    const { flow, broken } = read(source);
    expect(flow).toBeNull();
    expect(broken?.line).toBeGreaterThan(17);
    expect(broken?.column).toBeGreaterThan(0);
    expect(broken?.message).not.toBe("");
    expect(put(source, ["start"], "bye")).toBe(source);
  });

  it("reads names as text", () => {
    expect(Object.keys((read("1: a\n2: b\n").flow ?? {}) as object)).toEqual(["1", "2"]);
  });
});

describe("names", () => {
  it("of nodes are changed wherever they are referred to", () => {
    const source = renamed(FLOW, SCHEMA, "nodes", "bye", "goodbye");
    expect(source).toBe(
      FLOW.replace("2: bye", "2: goodbye")
        .replace("failed: bye", "failed: goodbye")
        .replace("next: bye", "next: goodbye")
        .replace("  bye: {", "  goodbye: {"),
    );
  });

  it("of texts do not touch nodes of the same name", () => {
    const source = renamed(FLOW, SCHEMA, "texts", "menu", "ask");
    expect(source).toBe(FLOW.replace("text: menu", "text: ask").replace("  menu: {en", "  ask: {en"));
  });

  it("of the start follow, and a name that is taken is refused", () => {
    expect(renamed(FLOW, SCHEMA, "nodes", "menu", "ask")).toContain("start: ask # where it begins");
    expect(renamed(FLOW, SCHEMA, "nodes", "menu", "bye")).toBe(FLOW);
    expect(freeName("bye", { bye: 1, bye_2: 1 })).toBe("bye_3");
  });

  it("follow in shipped flows: nobody refers to the old one any more", () => {
    for (const file of ["flows/orders.yaml", "flows/booking.yaml"]) {
      const source = text(file);
      const { flow } = read(source);
      for (const name of Object.keys(flow?.nodes ?? {})) {
        const after = read(renamed(source, SCHEMA, "nodes", name, "another")).flow ?? {};
        expect(referring(after, SCHEMA, "nodes", name)).toEqual([]);
        const before = referring(flow ?? {}, SCHEMA, "nodes", name).length;
        expect(referring(after, SCHEMA, "nodes", "another").length).toBe(before);
      }
    }
  });

  it("follow in flow tests", () => {
    const tests = `flow: line
tests:
  - name: one   # a test
    do: [1]
    given: {lookups: {ask: [{n: 1}]}}
    expect: {nodes: [menu, ask], texts: [ask]}
`;
    expect(renamedInTests(tests, "nodes", "ask", "find")).toBe(
      tests.replace("lookups: {ask:", "lookups: {find:").replace("nodes: [menu, ask]", "nodes: [menu, find]"),
    );
    expect(renamedInTests(tests, "texts", "ask", "find")).toBe(tests.replace("texts: [ask]", "texts: [find]"));
  });
});

describe("flow tests", () => {
  it("get another one, and begin with the first", () => {
    const first = withTest("", "line", { name: "one", do: ["1"], expect: { ended: true } });
    expect(read(first).flow).toEqual({ flow: "line", tests: [{ name: "one", do: ["1"], expect: { ended: true } }] });
    expect(first).toContain("tests:\n  - name: one\n");
    const second = withTest(`# mine\n${first}`, "line", { name: "two", do: [], expect: {} });
    expect(second).toMatch(/^# mine\nflow: line\n/);
    expect((read(second).flow?.tests as unknown[]).length).toBe(2);
  });
});

describe("the graph", () => {
  const nodes = nodesOf(read(FLOW).flow ?? {}, SCHEMA);

  it("has every node with what it leads to", () => {
    expect(nodes.map(({ name, type, about, isStart }) => [name, type, about, isStart])).toEqual([
      ["menu", "menu", "menu", true],
      ["to_agent", "queue", "tech", false],
      ["bye", "end", "", false],
    ]);
    expect(nodes[0]?.outlets.map((one) => [one.label, one.target])).toEqual([
      ["failed", "bye"],
      ["1", "to_agent"],
      ["2", "bye"],
    ]);
    expect(nodes[1]?.outlets).toEqual([
      { path: ["next"], label: "next", target: "bye", required: true },
      { path: ["unavailable"], label: "unavailable", target: "", required: false },
    ]);
  });

  it("tells cases and offers apart by condition and key", () => {
    const hotline = nodesOf(read(text("flows/hotline.yaml")).flow ?? {}, SCHEMA);
    expect(hotline[0]?.outlets.map((one) => one.label)).toEqual(["caller.tier == 'vip'", "else"]);
    const queue = hotline.find((node) => node.type === "queue" && node.outlets.some((one) => one.path.length === 4));
    expect(queue?.outlets.find((one) => one.path[0] === "while_waiting")?.label).toMatch(/^[0-9*#]$/);
  });

  it("has as many edges as there are references between nodes", () => {
    const { flow } = read(text("flows/hotline.yaml"));
    const edges = nodesOf(flow ?? {}, SCHEMA).flatMap((node) => node.outlets.filter((one) => one.target));
    const inside = references(flow, SCHEMA).filter((one) => one.kind === "node" && one.path[0] === "nodes");
    expect(edges.length).toBe(inside.length);
    expect(edges.length).toBeGreaterThan(30);
  });

  it("names outlets so that they are found again", () => {
    expect(outletPath(outletId(["cases", 0, "next"]))).toEqual(["cases", 0, "next"]);
  });

  it("survives a flow that is only half written", () => {
    expect(nodesOf({ nodes: { a: null, b: { type: "radio" }, c: 7 } }, SCHEMA).map((node) => node.type)).toEqual([
      "",
      "radio",
      "",
    ]);
    expect(nodesOf({}, SCHEMA)).toEqual([]);
  });

  it("marks what is different between two versions", () => {
    const old = read(FLOW).flow ?? {};
    const now = read(put(put(FLOW, ["nodes", "bye", "text"], "sorry"), ["nodes", "to_agent"], undefined)).flow ?? {};
    expect(marks({ old, now })).toEqual({ menu: "", bye: "changed", to_agent: "removed" });
    expect(marks({ old: now, now: old }).to_agent).toBe("added");
    expect(nodesOfBoth({ old, now }, SCHEMA).map((node) => node.name)).toEqual(["menu", "bye", "to_agent"]);
  });
});

describe("the schema", () => {
  it("gives every node type a blank form", () => {
    expect(nodeTypes(SCHEMA)).toContain("voicemail");
    expect(blank(schemaOf("say", SCHEMA), SCHEMA)).toEqual({ type: "say", text: "", next: "" });
    expect(blank(schemaOf("split", SCHEMA), SCHEMA)).toEqual({ type: "split", percent: 1, next: "", else: "" });
    expect(schemaOf("radio", SCHEMA)).toEqual({});
  });
});

describe("values that may be of any kind", () => {
  it.each([
    ["7", 7],
    ["-1.5", -1.5],
    ["true", true],
    ["'7'", "7"],
    ["'true'", "true"],
    ["007", "007"],
    ["{caller.number}", "{caller.number}"],
  ])("%s is meant, and spelled so", (typed, value) => {
    expect(meant(typed)).toBe(value);
    expect(spelled(value)).toBe(typed);
  });
});

describe("undo", () => {
  it("goes back and forth, and forgets what came after a change", () => {
    let past = done(done(begun("a"), "b"), "c");
    past = undone(undone(undone(past)));
    expect(past.now).toBe("a");
    past = redone(past);
    expect(past.now).toBe("b");
    expect(redone(done(past, "d")).now).toBe("d");
  });

  it("takes what was typed into one field as one step", () => {
    const past = done(done(done(begun("a"), "ab", "x"), "abc", "x"), "d", "y");
    expect(undone(past).now).toBe("abc");
    expect(undone(undone(past)).now).toBe("a");
  });
});
