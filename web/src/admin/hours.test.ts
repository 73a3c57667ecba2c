import { expect, test } from "vitest";
import { areHours, hoursOf, isDay, type Week, weekOf } from "./hours";

test("a week is read day by day and written as short as it was", () => {
  const hours = { "monday-friday": "09:00-12:00, 13:30-18:00", saturday: "10:00-14:00", sunday: "closed" };
  const week = weekOf(hours) as Week;
  expect([week.monday, week.friday, week.saturday, week.sunday]).toEqual([
    "09:00-12:00, 13:30-18:00",
    "09:00-12:00, 13:30-18:00",
    "10:00-14:00",
    "closed",
  ]);
  expect(hoursOf(week)).toEqual(hours);
  expect(hoursOf({ ...week, wednesday: "" })).toEqual({
    "monday-tuesday": "09:00-12:00, 13:30-18:00",
    "thursday-friday": "09:00-12:00, 13:30-18:00",
    saturday: "10:00-14:00",
    sunday: "closed",
  });
});

test("what is no week is left as it is", () => {
  expect(weekOf({ funday: "09:00-18:00" })).toBeNull();
  expect(weekOf({ "friday-monday": "09:00-18:00" })).toBeNull();
  expect(weekOf({ "monday-": "09:00-18:00" })).toBeNull();
});

test.each([
  ["", true],
  ["closed", true],
  ["09:00-18:00", true],
  ["09:00-12:00, 13:00-24:00", true],
  ["9-18", false],
  ["18:00-09:00", false],
  ["09:00-12:00, 11:00-13:00", false],
  ["23:00-24:30", false],
])("hours %s: %s", (text, right) => expect(areHours(text)).toBe(right));

test.each([
  ["10-01", true],
  ["02-29", true],
  ["2026-02-29", false],
  ["2028-02-29", true],
  ["13-01", false],
  ["1 May", false],
])("day %s: %s", (text, right) => expect(isDay(text)).toBe(right));
