// Days and times as they stand in lists.

import { timeOfDay } from "../shared/time";

/** Epoch seconds as a day and a time here: 2026-11-22 07:30:00. */
export function moment(at: number): string {
  const date = new Date(at * 1000);
  const pad = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${timeOfDay(at)}`;
}
