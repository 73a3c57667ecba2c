import { describe, expect, it, test } from "vitest";
import { type Agent, boardOf, type OnTalk } from "./board";
import { AGENT, QUEUE, SNAPSHOT } from "./examples";
import { agentsAtWork, farewell, mineOf, type Phone, phoneOf, queuesBeside } from "./supervise";

const MINE: OnTalk = { by: "mei", mode: "listen", state: "joined", since: 1900, device: "PJSIP/1002" };
const talks: Agent = {
  ...AGENT,
  state: "connected",
  contacts: [{ contact: "c1", queue: "tech", channel: "voice", state: "connected", units: 100 }],
  monitors: [{ ...MINE, by: "bob" }, MINE],
};

test("whose talk I am on is found among all", () => {
  expect(mineOf([AGENT, talks], "mei")).toEqual({ agent: "1001", monitor: MINE });
  expect(mineOf([AGENT, talks], "ann")).toBeNull();
});

describe("how it ended", () => {
  const how = (state: OnTalk["state"], agent?: Agent) =>
    farewell({ agent: "1001", monitor: { ...MINE, state } }, agent);
  it("tells a phone that was not picked up from a talk that ended before", () => {
    expect(how("asked", talks)).toBe("notReached");
    expect(how("asked", AGENT)).toBe("talkOver");
  });
  it("tells a phone that hung up from a talk that is over", () => {
    expect(how("joined", talks)).toBe("hungUp");
    expect(how("joined", AGENT)).toBe("talkOver");
    expect(how("waiting", undefined)).toBe("talkOver");
  });
});

describe("the phone that rings", () => {
  const phone = (agent: string): Phone => ({ device: `PJSIP/${agent}`, agent, browser: false, free: true });
  const phones = [phone("1001"), phone("1002")];
  it("is the one chosen, while it is there", () => {
    expect(phoneOf(phones, "PJSIP/1001", "1002")?.agent).toBe("1001");
    expect(phoneOf(phones, "PJSIP/1009", "1002")?.agent).toBe("1002");
  });
  it("is nobody else's without being chosen", () => {
    expect(phoneOf(phones, "", "1009")).toBeNull();
    expect(phoneOf([{ ...phone("1001"), agent: "" }], "", "")).toBeNull();
  });
});

test("contacts go to other queues of their channel, and to agents at work, the ready first", () => {
  const queues = ["tech", "sales", "help"].map((queue) => ({ ...QUEUE, queue }));
  const agent = (name: string, state: string) => ({ ...AGENT, agent: name, state });
  const board = boardOf({
    ...SNAPSHOT,
    queues: [...queues, { ...QUEUE, queue: "online", channel: "chat" }],
    agents: [agent("1", "connected"), agent("2", "paused"), agent("3", "ready"), agent("4", "not_ready")],
  });
  expect(queuesBeside(board, "tech")).toEqual(["help", "sales"]);
  expect(queuesBeside(board, "online")).toEqual([]);
  expect(agentsAtWork(board).map(({ agent }) => agent)).toEqual(["3", "1"]);
});
