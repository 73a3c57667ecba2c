import { beforeEach, expect, test } from "vitest";
import type { Heard } from "../shared/connection";
import { Connection } from "./connection";
import { AGENT, CONTACT, message, SNAPSHOT } from "./examples";
import { type Around, SILENT_AFTER } from "./following";
import type { Received, Sent } from "./messages";

/** A line to the centre, seen from there. */
class Line {
  sent: Sent[] = [];
  closed = false;
  constructor(readonly heard: Heard) {}
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
    this.heard.closed(); // as a browser may: it must not be taken for a break
  }
  says(message: Received): void {
    this.heard.message(JSON.stringify(message));
  }
}

/** A browser whose time passes when the test says so. */
class World implements Around {
  lines: Line[] = [];
  time = 1900;
  failures = 0;
  private timers: { at: number; what: () => void }[] = [];
  open(heard: Heard): Line {
    const line = new Line(heard);
    this.lines.push(line);
    return line;
  }
  now = () => this.time;
  random = () => 0.5;
  failed = () => {
    this.failures += 1;
  };
  later(seconds: number, what: () => void): () => void {
    const timer = { at: this.time + seconds, what };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }
  pass(seconds: number): void {
    this.time += seconds;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    for (const { what } of due) what();
  }
  get line(): Line {
    return this.lines.at(-1) as Line;
  }
}

let world: World;
let desk: Connection;

beforeEach(() => {
  world = new World();
  desk = new Connection(world, "me");
  desk.start();
  world.line.heard.opened();
  world.line.says(SNAPSHOT);
});

const ready = (number: number): Received => ({ type: "event", number, told: { event: "AgentChanged", agent: AGENT } });
const beat = (number: number): Received => ({ type: "beat", position: { stream: "s", number }, now: 0 });

test("it says hello and shows the desk by the centre's clock", () => {
  expect(world.line.sent).toEqual([{ type: "hello", agent: "", mode: "work", take: false, desktop: "me" }]);
  expect(desk.view).toMatchObject({ health: "live", works: true, ahead: 100 });
});

test("it follows the events and answers beats", () => {
  world.line.says(ready(42));
  world.line.says(beat(42));
  expect(desk.view.desk?.position.number).toBe(42);
  expect(world.line.sent.at(-1)).toEqual({ type: "beat" });
  expect(world.lines).toHaveLength(1);
});

test.each<[string, Received]>([
  ["a gap in the numbers", ready(43)],
  ["a beat with another position", beat(40)],
  ["an event about a stranger", { type: "event", number: 42, told: { event: "ContactHeld", contact: CONTACT } }],
])("%s makes it stale, and it goes on with what it has", (_, message) => {
  world.line.says(message);
  expect(desk.view.health).toBe("stale");
  expect(world.lines[0]?.closed).toBe(true);
  world.line.heard.opened();
  expect(world.line.sent).toMatchObject([{ type: "hello", after: { stream: "s", number: 41 } }]);
  world.line.says({ type: "resumed", position: { stream: "s", number: 42 }, works: true, now: 2001, missed: 1 });
  world.line.says(ready(42));
  expect(desk.view).toMatchObject({ health: "live", desk: { position: { number: 42 } } });
});

test("silence makes it stale", () => {
  world.pass(SILENT_AFTER - 1);
  world.line.says(beat(41));
  world.pass(SILENT_AFTER - 1);
  expect(desk.view.health).toBe("live");
  world.pass(1);
  expect(desk.view.health).toBe("stale");
  expect(world.lines).toHaveLength(2);
});

test("a broken line is tried again, later each time, and asks whether the session is good", () => {
  world.line.heard.closed();
  expect([desk.view.health, world.failures]).toEqual(["stale", 0]);
  for (const pause of [0.25, 0.5, 1, 2, 4, 5, 5]) {
    const tries = world.lines.length;
    world.pass(pause - 0.01);
    expect(world.lines).toHaveLength(tries);
    world.pass(0.02);
    expect(world.lines).toHaveLength(tries + 1);
    world.line.heard.closed();
  }
  expect(world.failures).toBe(7);
});

test("a desk that is at work elsewhere is taken over once, on purpose", () => {
  world.line.heard.closed();
  world.pass(1);
  world.line.heard.opened();
  world.line.says({ type: "error", code: "at_work", message: "" });
  expect(desk.view.health).toBe("at_work");
  world.pass(60);
  expect(world.lines).toHaveLength(2);
  desk.takeOver();
  world.line.heard.opened();
  expect(world.line.sent).toMatchObject([{ take: true, mode: "work" }]);
  world.line.says(SNAPSHOT);
  world.line.heard.closed();
  world.pass(1);
  world.line.heard.opened();
  expect(world.line.sent).toMatchObject([{ take: false }]);
});

test("who was taken over watches, after a break too", async () => {
  world.line.says({ type: "taken_over", by: "li" });
  expect(desk.view).toMatchObject({ health: "live", works: false, takenBy: "li" });
  world.line.heard.closed();
  world.pass(1);
  world.line.heard.opened();
  expect(world.line.sent).toMatchObject([{ mode: "watch", take: false }]);
});

test("a verb is answered; what was out when the line broke is lost", async () => {
  const [done, refused, lost] = [desk.do("ready"), desk.do("pause", { reason: "x" }), desk.do("ready")];
  const [, first, second] = world.line.sent as { id: string }[];
  world.line.says({ type: "done", id: first?.id ?? "" });
  world.line.says({ type: "refused", id: second?.id ?? "", code: "unknown_reason", message: "no" });
  world.line.heard.closed();
  expect(await done).toBeNull();
  expect(await refused).toMatchObject({ code: "unknown_reason" });
  expect(await lost).toMatchObject({ code: "lost" });
  expect(await desk.do("ready")).toMatchObject({ code: "lost" });
});

test("an end that can't be helped is shown and not tried again", () => {
  world.line.says({ type: "error", code: "unknown_agent", message: "no" });
  world.pass(60);
  expect(desk.view).toMatchObject({ health: "over", trouble: { code: "unknown_agent" } });
  expect(world.lines).toHaveLength(1);
});

test("a restart of the centre is a break like others", () => {
  world.line.says({ type: "error", code: "restart", message: "" });
  world.line.heard.closed();
  world.pass(1);
  expect([desk.view.health, world.lines.length]).toEqual(["stale", 2]);
});

test("that a customer writes is shown for a while, or until their message comes; that the agent does is said now and then", () => {
  desk.start();
  world.line.heard.opened();
  world.line.says({ ...SNAPSHOT, contacts: [{ contact: { ...CONTACT, channel: "chat" }, story: [], messages: [] }] });
  world.line.says({ type: "typing", contact: "c1" });
  world.line.says({ type: "typing", contact: "c2" });
  expect(desk.view.typists).toEqual(["c1", "c2"]);
  world.line.says({ type: "event", number: 42, told: { event: "ContactSaid", contact: "c1", message: message(1) } });
  expect(desk.view.typists).toEqual(["c2"]);
  world.pass(6);
  expect(desk.view.typists).toEqual([]);
  world.line.sent = [];
  desk.types("c1");
  desk.types("c1");
  desk.types("c2");
  world.pass(3);
  desk.types("c1");
  expect(world.line.sent).toEqual(["c1", "c2", "c1"].map((contact) => ({ type: "typing", contact })));
});
