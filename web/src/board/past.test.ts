import { expect, test } from "vitest";
import { behindOf, dayOf, pathOf, series, spanOf, TABLES, written } from "./past";

test("a day is from midnight to midnight here", () => {
  const { since, until } = spanOf("2026-11-22");
  expect(dayOf(since)).toBe("2026-11-22");
  expect(dayOf(until - 1)).toBe("2026-11-22");
  expect(dayOf(until)).toBe("2026-11-23");
});

test("behind a quarter-hour's number are those of that quarter-hour", () => {
  const path = behindOf("queues", "2026-11-22", { queue: "tech & tv", start: 1800, offered: 3 }, "offered");
  const asked = new URLSearchParams(path.split("?")[1]);
  expect([asked.get("since"), asked.get("until"), asked.get("name"), asked.get("figure")]).toEqual([
    "1800",
    "2700",
    "tech & tv",
    "offered",
  ]);
  const flow = new URLSearchParams(
    behindOf("flows", "2026-11-22", { flow: "line", channel: "chat" }, "open").split("?")[1],
  );
  expect([flow.get("channel"), flow.get("name")]).toEqual(["chat", "line"]);
  expect(pathOf("queues", "2026-11-22", "tech", "csv")).toContain("queue=tech");
  expect(pathOf("agents", "2026-11-22", "tech")).not.toContain("queue=");
});

test("every figure that can be looked behind is shown", () => {
  for (const { columns, figures, name } of Object.values(TABLES)) {
    expect(columns).toEqual(expect.arrayContaining([...figures, name]));
  }
});

test("figures are written as what they are", () => {
  expect(written("occupancy", 0.5)).toBe("50 %");
  expect(written("mean_wait", 61)).toBe("1:01");
  expect(written("offered", 61)).toBe("61");
  expect(written("mean_wait", null)).toBe("–");
  expect(written("score", 3.456)).toBe("3.5");
  expect(written("loss", 0.0123)).toBe("1.2 %");
  expect(written("round_trip", 0.0456)).toBe("46 ms");
});

test("the plot adds up the queues of a quarter-hour", () => {
  const row = (start: number, offered: number) => ({ start, offered, answered: 1, abandoned: 0 });
  expect(series([row(1800, 2), row(900, 3), row(1800, 5)])).toEqual([
    [900, 1800],
    [3, 7],
    [1, 2],
    [0, 0],
  ]);
});
