import { beforeEach, expect, test } from "vitest";
import type { Heard } from "../shared/connection";
import { type Around, Line } from "./line";
import type { Received, Sent } from "./messages";

let now = 0;
let heard: Heard;
let sent: Sent[] = [];
let timers: { at: number; what: () => void }[] = [];
let opened = 0;
let asked: string[] = [];
let answer = { ok: true, code: "", content: async (): Promise<unknown> => ({}) };

const around: Around = {
  open(given) {
    opened += 1;
    heard = given;
    return { send: (text) => sent.push(JSON.parse(text)), close: () => {} };
  },
  now: () => now,
  later(seconds, what) {
    const timer = { at: now + seconds, what };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  },
  random: () => 0.5,
  ask: async (path) => {
    asked.push(path);
    return answer;
  },
};

beforeEach(() => {
  now = opened = 0;
  sent = [];
  timers = [];
  asked = [];
});

function pass(seconds: number): void {
  now += seconds;
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  for (const { what } of due) what();
}

const tell = (received: Received) => heard.message(JSON.stringify(received));
const line = () => new Line(around, { line: "web", name: "Ann", number: "", language: "en" });

function live(heardBefore = 0): Line {
  const one = line();
  one.start();
  heard.opened();
  tell({ type: "welcome", token: "t", language: "en", heard: heardBefore });
  tell({ type: "state", state: "connected" });
  sent = [];
  return one;
}

test("the first hello begins a chat, the next go on after what was seen", () => {
  const one = line();
  one.start();
  heard.opened();
  expect(sent).toEqual([{ type: "hello", line: "web", name: "Ann", number: "", language: "en" }]);
  tell({ type: "welcome", token: "t", language: "en", heard: 0 });
  tell({ type: "message", number: 1, at: 1, from: "bot", text: "Welcome" });
  expect(one.view.health).toBe("live");
  heard.closed();
  expect(one.view.health).toBe("lost");
  pass(0.5);
  heard.opened();
  expect(sent.at(-1)).toEqual({ type: "hello", token: "t", seen: 1 });
});

test("one message is on its way at a time, and is sent again under its number after a break", () => {
  const one = live();
  one.say({ text: "a" });
  one.say({ text: "b" });
  expect(sent).toEqual([{ type: "say", number: 1, text: "a" }]);
  heard.closed();
  pass(0.5);
  heard.opened();
  tell({ type: "welcome", token: "t", language: "en", heard: 0 });
  expect(sent.at(-1)).toEqual({ type: "say", number: 1, text: "a" });
  tell({ type: "ack", number: 1 });
  expect(sent.at(-1)).toEqual({ type: "say", number: 2, text: "b" });
});

test("it comes back later each time, and what comes from an old socket is nothing", () => {
  const one = line();
  one.start();
  const old = heard;
  const pauses = [0.5, 1, 2, 4, 8, 16, 30, 30];
  for (const pause of pauses) {
    heard.closed();
    expect(one.view.health).toBe("unreached");
    pass(pause - 0.01);
    const before = opened;
    pass(0.02);
    expect(opened).toBe(before + 1);
  }
  old.closed();
  expect(timers).toEqual([]);
});

test("an end that is meant is not come back from", () => {
  const one = live();
  tell({ type: "state", state: "ended" });
  heard.closed();
  expect([one.view.health, timers.length]).toEqual(["off", 0]);
  const other = live();
  tell({ type: "error", code: "elsewhere", message: "" });
  heard.closed();
  expect([other.view.stopped, timers.length]).toEqual(["elsewhere", 0]);
});

test("what is too fast waits for a minute's half at least", () => {
  live();
  tell({ type: "error", code: "too_fast", message: "" });
  heard.closed();
  expect(timers[0]?.at).toBe(30);
});

test("a message that can't be taken is given up, and the next goes out", () => {
  const one = live();
  one.say({ text: "", file: { file: "f", name: "a.png", kind: "image/png", size: 1 } });
  expect(sent).toEqual([{ type: "say", number: 1, text: "", file: "f" }]);
  one.say({ text: "b" });
  tell({ type: "error", code: "unknown_file", message: "" });
  heard.closed();
  pass(0.5);
  heard.opened();
  tell({ type: "welcome", token: "t", language: "en", heard: 0 });
  expect([sent.at(-1), one.view.fileTrouble]).toEqual([{ type: "say", number: 1, text: "b" }, "unknown_file"]);
});

test("that somebody writes is said now and then, and forgotten when nothing follows", () => {
  const one = live();
  one.types();
  one.types();
  expect(sent).toEqual([{ type: "typing" }]);
  now += 3;
  one.types();
  expect(sent.length).toBe(2);
  tell({ type: "typing" });
  expect(one.view.agentWrites).toBe(true);
  pass(6);
  expect(one.view.agentWrites).toBe(false);
  tell({ type: "typing" });
  tell({ type: "message", number: 1, at: 1, from: "agent", text: "Hello" });
  expect(one.view.agentWrites).toBe(false);
  tell({ type: "state", state: "flow" });
  now += 9;
  one.types();
  expect(sent.length).toBe(2);
});

test("a chat that the centre has forgotten is read from its records", async () => {
  const one = live();
  heard.closed();
  pass(0.5);
  heard.opened();
  const past = [{ number: 1, at: 1, from: "bot", text: "Welcome" }];
  answer = { ok: true, code: "", content: async () => ({ language: "en", messages: past }) };
  tell({ type: "error", code: "unknown_chat", message: "" });
  await Promise.resolve();
  await new Promise((done) => setTimeout(done));
  expect(asked).toEqual(["/chat/history"]);
  expect([one.view.talk.past, one.view.talk.state, one.view.talk.token]).toEqual([past, "ended", ""]);
  one.startAnew();
  heard.opened();
  expect(sent.at(-1)).toMatchObject({ type: "hello", line: "web" });
  expect(one.view.talk.past).toEqual(past);
});

test("a file that is too big is not even sent, and a refusal is said", async () => {
  const one = live();
  tell({ type: "welcome", token: "t", language: "en", heard: 0, files: { types: ["image/png"], most_bytes: 3 } });
  await one.sendFile(new File(["abcd"], "a.png"));
  expect([one.view.fileTrouble, asked]).toEqual(["too_big", []]);
  answer = { ok: false, code: "bad_type", content: async () => ({}) };
  await one.sendFile(new File(["abc"], "a.png"));
  expect([one.view.fileTrouble, one.view.sendingFile, asked]).toEqual(["bad_type", false, ["/chat/files"]]);
});
