import { expect, test } from "vitest";
import { type Counted, countedIn, meanOf, qualityOf } from "./quality";
import { answersAfter } from "./sip";

const NOTHING: Counted = { received: 0, lost: 0, jitter: 0, roundTrip: 0, lostThere: 0 };

test("a report is read for what comes and what the far end says", () => {
  const report = [
    { type: "inbound-rtp", packetsReceived: 98, packetsLost: 2, jitter: 0.004 },
    { type: "remote-inbound-rtp", roundTripTime: 0.03, fractionLost: 0.01 },
    { type: "codec", packetsReceived: 5 },
  ];
  expect(countedIn(report)).toEqual({ received: 98, lost: 2, jitter: 0.004, roundTrip: 0.03, lostThere: 0.01 });
});

test("a line without loss is good, and gets worse with loss and delay", () => {
  const clear = qualityOf(NOTHING, { ...NOTHING, received: 100 });
  expect(clear?.mos).toBeCloseTo(4.4, 1);
  expect(clear?.grade).toBe("good");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 92, lost: 8 })?.grade).toBe("fair");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 80, lost: 20 })?.grade).toBe("poor");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 100, lostThere: 0.2 })?.grade).toBe("poor");
  expect(qualityOf(NOTHING, { ...NOTHING, received: 100, roundTrip: 1.2 })?.grade).toBe("poor");
});

test("only what came since the look before counts", () => {
  const before = { ...NOTHING, received: 100, lost: 50 };
  expect(qualityOf(before, { ...before, received: 200 })?.loss).toBe(0);
  expect(qualityOf(before, before)).toBeNull();
});

test("a talk is the mean of all looks at it", () => {
  const clear = qualityOf(NOTHING, { ...NOTHING, received: 100 });
  const bad = qualityOf(NOTHING, { ...NOTHING, received: 80, lost: 20, jitter: 0.02 });
  if (!clear || !bad) throw new Error("both have a quality");
  expect(meanOf([clear, bad])).toMatchObject({ loss: 0.1, jitter: 0.01, mos: (clear.mos + bad.mos) / 2 });
  expect(meanOf([])).toBeNull();
});

test("a call that is to be answered by itself says after how many seconds", () => {
  expect(answersAfter("<sip:127.0.0.1>;answer-after=0")).toBe(0);
  expect(answersAfter("<sip:127.0.0.1>;answer-after=3")).toBe(3);
  expect(answersAfter("<sip:127.0.0.1>;purpose=icon")).toBeNull();
  expect(answersAfter(undefined)).toBeNull();
});
