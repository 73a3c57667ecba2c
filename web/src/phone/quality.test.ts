import { expect, test } from "vitest";
import { countedIn, NOTHING, qualityOf, toldOf } from "./quality";
import { answersAfter } from "./sip";

test("a report is read for what comes and what the far end says", () => {
  const report = [
    { type: "inbound-rtp", codecId: "C1", packetsReceived: 98, packetsLost: 2, jitter: 0.004 },
    { type: "outbound-rtp", packetsSent: 99 },
    { type: "remote-inbound-rtp", roundTripTime: 0.03, fractionLost: 0.01, packetsLost: 1 },
    { type: "codec", id: "C2", mimeType: "audio/PCMU", packetsReceived: 5 },
    { type: "codec", id: "C1", mimeType: "audio/opus" },
  ];
  const packets = { received: 98, lost: 2, sent: 99, lostThere: 1, missing: 0.01 };
  expect(countedIn(report)).toEqual({ codec: "opus", ...packets, jitter: 0.004, roundTrip: 0.03 });
  expect(countedIn([])).toEqual(NOTHING);
});

test("the score is the centre's", () => {
  const scoreOf = (now: object) => qualityOf(NOTHING, { ...NOTHING, received: 100, ...now })?.mos;
  expect(scoreOf({})).toBeCloseTo(4.4, 2);
  expect(scoreOf({ received: 95, lost: 5 })).toBeCloseTo(3.91, 2);
  expect(scoreOf({ missing: 0.1 })).toBeCloseTo(3.4, 2);
  expect(scoreOf({ roundTrip: 0.6 })).toBeCloseTo(3.65, 2);
  expect(scoreOf({ roundTrip: 1.2 })).toBeCloseTo(1.65, 2);
});

test("a line without loss is good, and gets worse with loss and delay", () => {
  const clear = qualityOf(NOTHING, { ...NOTHING, received: 100 });
  expect(clear?.mos).toBeCloseTo(4.4, 1);
  expect(clear?.grade).toBe("good");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 94, lost: 6 })?.grade).toBe("fair");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 80, lost: 20 })?.grade).toBe("poor");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 100, missing: 0.2 })?.grade).toBe("poor");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 100, roundTrip: 1.2 })?.grade).toBe("poor");
});

test("only what came since the look before counts", () => {
  const before = { ...NOTHING, received: 100, lost: 50 };
  expect(qualityOf(before, { ...before, received: 200 })?.loss).toBe(0);
  expect(qualityOf(before, before)).toBeNull();
});

test("of a talk the centre is told all that was counted, and the means of what was seen", () => {
  const clear = qualityOf(NOTHING, { ...NOTHING, received: 100 });
  const bad = qualityOf(NOTHING, { ...NOTHING, received: 80, lost: 20, jitter: 0.02, roundTrip: 0.1 });
  if (!clear || !bad) throw new Error("both have a quality");
  const counted = { ...NOTHING, codec: "opus", received: 180, lost: 20, sent: 200, lostThere: -1, jitter: 0.5 };
  const packets = { codec: "opus", received: 180, lost: 20, sent: 200, lost_there: 0 };
  expect(toldOf(counted, [clear, bad])).toEqual({ ...packets, jitter: 0.01, round_trip: 0.05 });
  expect(toldOf(counted, [])).toEqual({ ...packets, jitter: 0, round_trip: 0 });
});

test("a call that is to be answered by itself says after how many seconds", () => {
  expect(answersAfter("<sip:127.0.0.1>;answer-after=0")).toBe(0);
  expect(answersAfter("<sip:127.0.0.1>;answer-after=3")).toBe(3);
  expect(answersAfter("<sip:127.0.0.1>;purpose=icon")).toBeNull();
  expect(answersAfter(undefined)).toBeNull();
});
