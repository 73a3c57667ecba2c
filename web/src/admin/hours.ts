// Opening hours as the settings write them (`monday-friday: 09:00-12:00, 13:30-18:00`), day by day for a form.

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export type Week = Record<Weekday, string>;
export const CLOSED = "closed";

/** The hours of each day, empty for a day that is not named; null when a name is no day, so that nothing is lost. */
export function weekOf(hours: Record<string, unknown>): Week | null {
  const week = Object.fromEntries(WEEKDAYS.map((day) => [day, ""])) as Week;
  for (const [days, text] of Object.entries(hours)) {
    const [first, last = first, ...more] = days.split("-").map((day) => WEEKDAYS.indexOf(day as Weekday));
    if (more.length || first === undefined || last === undefined || first < 0 || last < first) return null;
    for (const day of WEEKDAYS.slice(first, last + 1)) week[day] = String(text);
  }
  return week;
}

/** As short as it can be written: neighbours with the same hours stand together. */
export function hoursOf(week: Week): Record<string, string> {
  const hours: Record<string, string> = {};
  let begin = 0;
  for (let end = 0; end < WEEKDAYS.length; end += 1) {
    const [first, last, next] = [WEEKDAYS[begin], WEEKDAYS[end], WEEKDAYS[end + 1]] as [Weekday, Weekday, Weekday?];
    if (next && week[next].trim() === week[first].trim()) continue;
    if (week[first].trim()) hours[first === last ? first : `${first}-${last}`] = week[first].trim();
    begin = end + 1;
  }
  return hours;
}

const SPAN = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/** Whether the hours of a day can be read: spans in order, `closed`, or nothing. */
export function areHours(text: string): boolean {
  if (["", CLOSED].includes(text.trim())) return true;
  let before = -1;
  for (const part of text.split(",")) {
    const found = SPAN.exec(part.trim());
    if (!found) return false;
    const [begin, end] = [1, 3].map((at) => 60 * Number(found[at]) + Number(found[at + 1])) as [number, number];
    if (begin < before || end <= begin || end > 24 * 60) return false;
    before = end;
  }
  return true;
}

/** Whether it is a day of every year (10-01) or of one (2026-10-01) that there is. */
export function isDay(text: string): boolean {
  const found = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(text);
  if (!found) return false;
  const date = new Date(Date.UTC(Number(found[1] ?? 2000), Number(found[2]) - 1, Number(found[3])));
  return date.getUTCMonth() === Number(found[2]) - 1 && date.getUTCDate() === Number(found[3]);
}
