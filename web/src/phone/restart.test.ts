import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Restart, TIMES } from "./restart";

const way = { broken: vi.fn(), renew: vi.fn(), lost: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetAllMocks();
});
afterEach(() => void vi.useRealTimers());

function broken(is: boolean, restart: Restart): void {
  way.broken.mockReturnValue(is);
  restart.changed();
}

test("a way that was only slow is left alone", () => {
  const restart = new Restart(way);
  broken(true, restart);
  vi.advanceTimersByTime(TIMES.before - 1);
  broken(false, restart);
  vi.advanceTimersByTime(TIMES.longest * 2);
  expect(way.renew).not.toHaveBeenCalled();
  expect(way.lost).not.toHaveBeenCalled();
});

test("one that broke is tried again and again, and no more once it is there", () => {
  const restart = new Restart(way);
  broken(true, restart);
  vi.advanceTimersByTime(TIMES.before + TIMES.between);
  broken(true, restart);
  expect(way.renew).toHaveBeenCalledTimes(2);
  broken(false, restart);
  vi.advanceTimersByTime(TIMES.longest * 2);
  expect(way.renew).toHaveBeenCalledTimes(2);
  expect(way.lost).not.toHaveBeenCalled();
});

test("where nothing helps, the voice is lost, once", () => {
  const restart = new Restart(way);
  broken(true, restart);
  vi.advanceTimersByTime(TIMES.longest + TIMES.between);
  expect(way.lost).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(TIMES.longest * 2);
  expect(way.lost).toHaveBeenCalledTimes(1);
});

test("another network is not waited for, and looked at whether it carries", () => {
  const restart = new Restart(way);
  way.broken.mockReturnValue(false);
  restart.now();
  expect(way.renew).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(TIMES.longest * 2);
  expect(way.renew).toHaveBeenCalledTimes(1);
  restart.now();
  broken(true, restart);
  vi.advanceTimersByTime(TIMES.longest + TIMES.between);
  expect(way.lost).toHaveBeenCalledTimes(1);
});

test("a call that is over tries nothing any more", () => {
  const restart = new Restart(way);
  broken(true, restart);
  restart.end();
  vi.advanceTimersByTime(TIMES.longest * 2);
  expect(way.renew).not.toHaveBeenCalled();
});
