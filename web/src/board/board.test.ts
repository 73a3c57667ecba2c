import { expect, test } from "vitest";
import { after, boardOf, type Event } from "./board";
import { AGENT, QUEUE, SNAPSHOT } from "./examples";
import { alarmsOf, byState, channelsOf, completion, containment, levelOf, serviceLevel } from "./figures";
import { sorted } from "./sorting";

const NOTHING: Event = {
  type: "event",
  number: 8,
  queues: [],
  agents: [],
  gone_queues: [],
  gone_agents: [],
  centre: null,
  process: null,
};
const recent = (start: number, answered: number, in_target: number, abandoned = 0, early = 0) => ({
  start,
  offered: answered + abandoned,
  answered,
  abandoned,
  answered_in_target: in_target,
  abandoned_in_target: early,
});

test("changes are laid over what is there", () => {
  const board = boardOf(SNAPSHOT);
  const more = { ...QUEUE, queue: "sales" };
  const next = after(board, { ...NOTHING, queues: [more, { ...QUEUE, waiting: 2 }], gone_agents: ["1001"] });
  expect(next?.position.number).toBe(8);
  expect([...(next?.queues.values() ?? [])].map(({ queue, waiting }) => [queue, waiting])).toEqual([
    ["tech", 2],
    ["sales", 0],
  ]);
  expect(next?.agents.size).toBe(0);
  expect(next?.centre).toBe(board.centre);
  expect(after(board, { ...NOTHING, number: 9 })).toBeNull();
});

test("the service level is that of this quarter-hour and the one before", () => {
  const queue = { ...QUEUE, recent: [recent(900, 10, 0), recent(1800, 4, 3, 3, 2), recent(2700, 1, 1)] };
  expect(serviceLevel(queue, 2700)).toBe(4 / 6);
  expect(serviceLevel(queue, 3600)).toBe(1);
  expect(serviceLevel(queue, 9000)).toBeNull();
});

test("a figure is bad or warns by the thresholds of its queue, else by everybody's", () => {
  const board = boardOf(SNAPSHOT);
  const { every_queue } = board.centre.thresholds;
  board.centre = {
    ...board.centre,
    thresholds: {
      every_queue: { ...every_queue, waiting: { warn: 2, bad: 4 }, service_level: { warn: 0.8, bad: 0.5 } },
      queues: { vip: { ...every_queue, waiting: { warn: null, bad: 1 } } },
      state_overstayed: { ready: 500 },
    },
  };
  const waiting = (waiting: number, queue = "tech") => levelOf(board, { ...QUEUE, queue, waiting }, "waiting", 2000);
  expect([1, 2, 3, 4].map((number) => waiting(number))).toEqual(["", "warn", "warn", "bad"]);
  expect(waiting(1, "vip")).toBe("bad");
  const served = (inTarget: number) =>
    levelOf(board, { ...QUEUE, recent: [recent(1800, 10, inTarget)] }, "service_level", 2000);
  expect([9, 8, 5].map(served)).toEqual(["", "warn", "bad"]);
  expect(levelOf(board, QUEUE, "service_level", 2000)).toBe("");
  expect(alarmsOf(board, 1400)).toEqual([]);
  expect(alarmsOf(board, 1500)).toEqual([{ kind: "overstayed", level: "warn", what: "1001" }]);
});

test("alarms come worst first", () => {
  const board = boardOf({
    ...SNAPSHOT,
    queues: [
      { ...QUEUE, waiting: 1, at_work: 0 },
      { ...QUEUE, queue: "odd", served: false, at_work: 0 },
    ],
    centre: { ...SNAPSHOT.centre, switch_up: false },
    process: { ...SNAPSHOT.process, links_failed: 2, records_behind: 5000 },
  });
  expect(alarmsOf(board, 2000).map(({ kind }) => kind)).toEqual([
    "switch_lost",
    "records_behind",
    "nobody_at_work",
    "nobody_ever",
    "links_failed",
  ]);
});

test("sums and shares", () => {
  const chat = { ...QUEUE, queue: "chat", channel: "chat", waiting: 3 };
  expect(channelsOf([QUEUE, chat, { ...chat, in_talk: 2 }])).toEqual([
    { channel: "chat", waiting: 6, in_talk: 2 },
    { channel: "voice", waiting: 0, in_talk: 0 },
  ]);
  expect(byState([AGENT, { ...AGENT, state: "paused" }, AGENT]).get("ready")).toBe(2);
  expect(containment({ contained: 3, served: 1 })).toBe(0.75);
  expect(containment({})).toBeNull();
  expect(completion({ requested: 4, done: 1, opened: 9 })).toBe(0.25);
});

test("rows are sorted both ways, and what is not known comes last", () => {
  const rows = [
    { name: "b", wait: 10 },
    { name: "a", wait: null },
    { name: "c", wait: 9 },
  ];
  const names = (by: "name" | "wait", down: boolean) => sorted(rows, (row) => row[by], down).map(({ name }) => name);
  expect(names("name", false)).toEqual(["a", "b", "c"]);
  expect(names("wait", false)).toEqual(["c", "b", "a"]);
  expect(names("wait", true)).toEqual(["b", "c", "a"]);
});
