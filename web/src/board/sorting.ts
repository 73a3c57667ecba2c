// Rows in an order that somebody chose.

export type Key = string | number | null;

/** By this key, the smallest first, or the largest first when `down`; what has none comes last. */
export function sorted<T>(rows: Iterable<T>, key: (row: T) => Key, down: boolean): T[] {
  return [...rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
    return down ? -order : order;
  });
}
