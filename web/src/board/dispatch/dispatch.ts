// What the dispatch foresees and proposes, as the centre tells it, and how its figures are written. Pure.

import { clock, timeOfDay } from "../../shared/time";
import { share } from "../figures";

/** A mean with its 95 % interval. */
export interface Figure {
  mean: number;
  low: number;
  high: number;
}

export interface Effect {
  level: Figure;
  wait: Figure | null;
}

export interface Change {
  queue: string;
  before: Effect;
  after: Effect;
}

export interface Proposal {
  number: number;
  group: string;
  agents: number;
  until: number;
  gain: Figure;
  changes: Change[];
  words: Record<string, string>;
}

export interface Measured {
  queue: string;
  at: number;
  offered: number;
  level: number | null;
  wait: number | null;
}

export interface Loan {
  proposal: Proposal;
  agents: string[];
  by: string;
  began: number;
  ended: number | null;
  taken_back_by: string;
  measured: Measured[] | null;
}

export interface Quarter {
  start: number;
  came: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  needed: number | null;
}

export interface QueueOutlook {
  queue: string;
  days: number;
  factor: number;
  ratio: number | null;
  weight: number;
  target: number;
  seconds: number;
  there: number;
  quarters: Quarter[];
}

export interface Outlook {
  made_at: number;
  until: number;
  queues: QueueOutlook[];
  groups: { group: string; there: number; needed: number | null }[];
  proposals: Proposal[];
  unknown: string[];
}

export interface Looked {
  outlook: Outlook | null;
  working: boolean;
  failed: string;
}

/** The part of the day in which anybody comes. */
export function opening(quarters: Quarter[]): Quarter[] {
  const busy = quarters.map(({ came, expected }) => (came ?? 0) > 0 || (expected ?? 0) > 0);
  const first = busy.indexOf(true);
  return first < 0 ? [] : quarters.slice(first, busy.lastIndexOf(true) + 1);
}

/** For the plots: the moments; then the range, over whose ground the lines are drawn, what came and what is expected; or
 * the staff needed and there. */
export function arrivals(quarters: Quarter[]): (number | null)[][] {
  const of = (figure: keyof Quarter) => quarters.map((quarter) => quarter[figure]);
  return [of("start"), of("high"), of("low"), of("came"), of("expected")];
}

export function staff({ quarters, there }: QueueOutlook): (number | null)[][] {
  const ahead = opening(quarters).filter(({ needed }) => needed !== null);
  return [ahead.map(({ start }) => start), ahead.map(({ needed }) => needed), ahead.map(() => there)];
}

/** "71 % (66 %–76 %)". */
export function level({ mean, low, high }: Figure): string {
  return `${share(mean)} (${share(low)}–${share(high)})`;
}

/** "22 s (18–26)". */
export function wait(figure: Figure | null): string {
  return figure ? `${seconds(figure.mean)} (${Math.round(figure.low)}–${Math.round(figure.high)})` : "–";
}

export function seconds(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} s`;
}

/** "9 (4–14)". */
export function count({ mean, low, high }: Figure): string {
  return `${Math.round(mean)} (${Math.round(low)}–${Math.round(high)})`;
}

export function timeLeft(loan: Loan, now: number): string {
  return clock(loan.proposal.until - now);
}

export function hour(at: number): string {
  return timeOfDay(at).slice(0, 5);
}

export function isRunning(loan: Loan): boolean {
  return loan.ended === null;
}

/** The loans that are over, the newest first. */
export function past(loans: Loan[]): Loan[] {
  return loans.filter((loan) => !isRunning(loan)).sort((one, other) => (other.ended ?? 0) - (one.ended ?? 0));
}
