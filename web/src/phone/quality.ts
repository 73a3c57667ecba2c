// How well a call can be heard, from what the browser counts of it. Pure.

/** Packets since the talk began: of what comes, and what the far end says of what goes. Times in seconds. */
export interface Counted {
  codec: string;
  received: number;
  lost: number;
  sent: number;
  /** Of what we sent, all that the far end missed, and its share (0 to 1) of late. */
  lostThere: number;
  missing: number;
  jitter: number;
  roundTrip: number;
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

const [BEST, ROBUSTNESS, CODEC_DELAY, LATE] = [93.2, 25.1, 10, 177.3];

/** What the centre is told of a talk, for its records. */
export interface Told {
  codec: string;
  received: number;
  lost: number;
  sent: number;
  lost_there: number;
  jitter: number;
  round_trip: number;
}

export const NOTHING: Counted = {
  codec: "",
  received: 0,
  lost: 0,
  sent: 0,
  lostThere: 0,
  missing: 0,
  jitter: 0,
  roundTrip: 0,
};

/** What a statistics report says of the voice. */
export function countedIn(report: Iterable<Record<string, unknown>>): Counted {
  const all = [...report];
  const of = (type: string) => all.find((one) => one.type === type) ?? {};
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  const [here, there, away] = [of("inbound-rtp"), of("remote-inbound-rtp"), of("outbound-rtp")];
  const codec = all.find(({ id, type }) => type === "codec" && id === here.codecId);
  return {
    codec: typeof codec?.mimeType === "string" ? codec.mimeType.replace("audio/", "") : "",
    received: number(here.packetsReceived),
    lost: number(here.packetsLost),
    sent: number(away.packetsSent),
    lostThere: number(there.packetsLost),
    missing: number(there.fractionLost),
    jitter: number(here.jitter),
    roundTrip: number(there.roundTripTime),
  };
}

/**
 * The quality between two looks; null where nothing came.
 *
 * The score is that of control/voice/measured.py, which names its sources: the E-model of ITU-T G.107 as Cole and
 * Rosenbluth simplified it.
 */
export function qualityOf(before: Counted, now: Counted): Quality | null {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (received + lost <= 0) return null;
  const loss = Math.min(1, Math.max(lost / (received + lost), now.missing));
  const delay = 1000 * (now.roundTrip / 2 + 2 * now.jitter) + CODEC_DELAY;
  const late = 0.024 * delay + 0.11 * Math.max(0, delay - LATE);
  const r = Math.max(0, BEST - late - (95 * 100 * loss) / (100 * loss + ROBUSTNESS));
  const mos = Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r));
  return { loss, jitter: now.jitter, roundTrip: now.roundTrip, mos, grade: gradeOf(mos) };
}

/** A talk in the centre's words: all that was counted, with the means of all looks at it. */
export function toldOf(counted: Counted, looks: Quality[]): Told {
  const mean = (of: (one: Quality) => number) => looks.reduce((sum, one) => sum + of(one), 0) / (looks.length || 1);
  const { codec, received, sent } = counted;
  return {
    ...{ codec, received, lost: Math.max(0, counted.lost), sent, lost_there: Math.max(0, counted.lostThere) },
    ...{ jitter: mean((one) => one.jitter), round_trip: mean((one) => one.roundTrip) },
  };
}

/** Users are satisfied from 4.0 on, and many are not below 3.6 (G.107 Annex B). */
function gradeOf(mos: number): Grade {
  return mos >= 4 ? "good" : mos >= 3.6 ? "fair" : "poor";
}
