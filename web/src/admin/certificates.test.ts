import { expect, test } from "vitest";
import { certificatesIn, dayAt, isAmong, later, type Within } from "./certificates";

const CENTRE = {
  agents: {
    "1001": { skills: { tv: 4, hifi: 1 }, certified_until: { tv: "2027-01-31" } },
    "1002": { skills: { tv: 2 }, certified_until: { tv: "2026-12-01", phone: "2026-01-01" } },
    "1003": {},
  },
};

test("those that end first come first, those for ever last", () => {
  expect(certificatesIn(CENTRE)).toEqual([
    { agent: "1002", skill: "tv", until: "2026-12-01" },
    { agent: "1001", skill: "tv", until: "2027-01-31" },
    { agent: "1001", skill: "hifi", until: "" },
  ]);
  expect(certificatesIn({})).toEqual([]);
});

test.each<[string, Within, boolean]>([
  ["", "all", true],
  ["", "dated", false],
  ["2026-12-01", "dated", true],
  ["2026-12-01", "over", false],
  ["2026-11-30", "over", true],
  ["2026-12-01", 30, true],
  ["2026-12-31T12:00:00", 30, true],
  ["2027-01-01", 30, false],
  ["2026-11-30", 30, false],
  ["", 30, false],
])("a certificate until %s is among %s: %s", (until, within, is) => {
  expect(isAmong({ agent: "1", skill: "tv", until }, within, "2026-12-01")).toBe(is);
});

test("a day is that of the centre", () => {
  const now = new Date("2026-12-31T20:00:00Z");
  expect(dayAt("Asia/Shanghai", now)).toBe("2027-01-01");
  expect(dayAt("UTC", now)).toBe("2026-12-31");
  expect(dayAt("Nowhere", now)).toMatch(/^20\d\d-\d\d-\d\d$/);
  expect(later("2026-12-31", 1)).toBe("2027-01-01");
});
