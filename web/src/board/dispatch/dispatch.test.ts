import { expect, test } from "vitest";
import * as dispatch from "./dispatch";

const quarter = (start: number, more: Partial<dispatch.Quarter>): dispatch.Quarter => ({
  start,
  came: null,
  expected: null,
  low: null,
  high: null,
  needed: null,
  ...more,
});
const QUARTERS = [
  quarter(0, { came: 0 }),
  quarter(900, { came: 7 }),
  quarter(1800, { came: 0 }),
  quarter(2700, { expected: 8.4, low: 5, high: 12, needed: 3 }),
  quarter(3600, { expected: 0, low: 0, high: 0, needed: 0 }),
];
const QUEUE: dispatch.QueueOutlook = {
  queue: "tech",
  days: 4,
  factor: 1.1,
  ratio: 1.2,
  weight: 0.5,
  target: 0.8,
  seconds: 20,
  there: 6,
  quarters: QUARTERS,
};
const figure = { mean: 0.714, low: 0.66, high: 0.768 };
const loan = (number: number, ended: number | null): dispatch.Loan => ({
  proposal: { number, group: "day", agents: 2, until: 5000, gain: figure, changes: [], words: {} },
  agents: ["1001"],
  by: "mei",
  began: 1000,
  ended,
  taken_back_by: "",
  measured: null,
});

test("a day is shown from its first contact to its last", () => {
  expect(dispatch.opening(QUARTERS).map(({ start }) => start)).toEqual([900, 1800, 2700]);
  expect(dispatch.opening([quarter(0, { came: 0 })])).toEqual([]);
});

test("what came and what is expected are lines of their own, with the range", () => {
  expect(dispatch.arrivals(dispatch.opening(QUARTERS))).toEqual([
    [900, 1800, 2700],
    [null, null, 12],
    [null, null, 5],
    [7, 0, null],
    [null, null, 8.4],
  ]);
  expect(dispatch.staff(QUEUE)).toEqual([[2700], [3], [6]]);
});

test("figures have their intervals", () => {
  expect(dispatch.level(figure)).toBe("71 % (66 %–77 %)");
  expect(dispatch.wait({ mean: 21.6, low: 17.9, high: 26.2 })).toBe("22 s (18–26)");
  expect(dispatch.wait(null)).toBe("–");
  expect(dispatch.seconds(null)).toBe("–");
  expect(dispatch.count({ mean: 9.2, low: 4, high: 14.4 })).toBe("9 (4–14)");
});

test("loans run with time left, or are over, the newest first", () => {
  expect(dispatch.timeLeft(loan(1, null), 4335)).toBe("11:05");
  expect(dispatch.past([loan(1, null), loan(2, 2000), loan(3, 3000)]).map(({ proposal }) => proposal.number)).toEqual([
    3, 2,
  ]);
});
