// How well a call can be heard, from what the browser counts of it. Pure.

/** Since the look before: packets and losses of what comes, what the far end says of what goes. Times in seconds. */
export interface Counted {
  received: number;
  lost: number;
  jitter: number;
  roundTrip: number;
  /** Share (0 to 1) of what we sent that the far end missed. */
  lostThere: number;
}

export type Grade = "good" | "fair" | "poor";

export interface Quality {
  /** Share (0 to 1) lost, the worse way of both. */
  loss: number;
  jitter: number;
  roundTrip: number;
  /** The mean opinion score, 1 to 4.4. */
  mos: number;
  grade: Grade;
}

const EMPTY: Counted = { received: 0, lost: 0, jitter: 0, roundTrip: 0, lostThere: 0 };

/** What a statistics report says of the voice. */
export function countedIn(report: Iterable<Record<string, unknown>>): Counted {
  const counted = { ...EMPTY };
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  for (const one of report) {
    if (one.type === "inbound-rtp") {
      counted.received = number(one.packetsReceived);
      counted.lost = number(one.packetsLost);
      counted.jitter = number(one.jitter);
    } else if (one.type === "remote-inbound-rtp") {
      counted.roundTrip = number(one.roundTripTime);
      counted.lostThere = number(one.fractionLost);
    }
  }
  return counted;
}

/**
 * The quality between two looks; null where nothing came.
 *
 * The score is ITU-T G.107's E-model as it is usually simplified: delay of one way, with twice the jitter for the buffer
 * and 10 ms for the codec; 2.5 points of R for each percent lost; R to the score by G.107 Annex B.
 */
export function qualityOf(before: Counted, now: Counted): Quality | null {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (received + lost <= 0) return null;
  const loss = Math.max(lost / (received + lost), now.lostThere);
  const delay = (now.roundTrip / 2 + 2 * now.jitter) * 1000 + 10;
  const r = Math.max(0, 93.2 - (delay < 160 ? delay / 40 : (delay - 120) / 10) - 250 * loss);
  const mos = Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r));
  return { loss, jitter: now.jitter, roundTrip: now.roundTrip, mos, grade: gradeOf(mos) };
}

/** All looks at a talk as one: the means of what was seen; null for none. */
export function meanOf(seen: Quality[]): Quality | null {
  const last = seen.at(-1);
  if (!last) return null;
  const mean = (of: (one: Quality) => number) => seen.reduce((sum, one) => sum + of(one), 0) / seen.length;
  const mos = mean((one) => one.mos);
  return {
    loss: mean((one) => one.loss),
    jitter: mean((one) => one.jitter),
    roundTrip: mean((one) => one.roundTrip),
    mos,
    grade: gradeOf(mos),
  };
}

/** Users are satisfied from 4.0 on, and many are not below 3.6 (G.107 Annex B). */
function gradeOf(mos: number): Grade {
  return mos >= 4 ? "good" : mos >= 3.6 ? "fair" : "poor";
}
