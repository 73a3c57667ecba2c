// What was written before, to go back to and forth again.

export interface Past<T> {
  before: readonly T[];
  now: T;
  after: readonly T[];
  /** What was changed last: changes of one thing in a row are one step. */
  what: string;
}

const LONGEST = 200;

export const begun = <T>(now: T): Past<T> => ({ before: [], now, after: [], what: "" });

/** With something new; `what` was changed, empty for a step of its own. */
export function done<T>(past: Past<T>, now: T, what = ""): Past<T> {
  if (now === past.now) return past;
  if (what && what === past.what) return { ...past, now, after: [] };
  return { before: [...past.before, past.now].slice(-LONGEST), now, after: [], what };
}

/** One step back, if there is one. */
export function undone<T>(past: Past<T>): Past<T> {
  const [now] = past.before.slice(-1);
  if (now === undefined) return past;
  return { before: past.before.slice(0, -1), now, after: [past.now, ...past.after], what: "" };
}

/** One step forth again, if there is one. */
export function redone<T>(past: Past<T>): Past<T> {
  const [now, ...after] = past.after;
  if (now === undefined) return past;
  return { before: [...past.before, past.now], now, after, what: "" };
}
