// What an agent wrote in a chat and the centre has not taken yet. One message is on its way at a time; the centre counts
// them, so that one that is sent again after a break is taken once. Pure.

import type { Contact, File } from "./messages";

/** A text, or a file that was uploaded. */
export interface Written {
  text: string;
  file?: File;
}

export interface Outbox {
  all: Written[];
  /** The number under which the first was sent last; 0: not yet. */
  sent: number;
}

export const EMPTY: Outbox = { all: [], sent: 0 };

export function written(outbox: Outbox, one: Written): Outbox {
  return { ...outbox, all: [...outbox.all, one] };
}

/** The outbox once `contact` is seen: what was taken is gone. */
export function seen(outbox: Outbox, contact: Contact): Outbox {
  if (outbox.sent === 0 || contact.heard < outbox.sent) return outbox;
  return refused(outbox);
}

/** The outbox once the first of it was refused for good. */
export function refused(outbox: Outbox): Outbox {
  return { all: outbox.all.slice(1), sent: 0 };
}

/** What to send now and the outbox after it; null when nothing is to be sent. */
export function next(outbox: Outbox, contact: Contact): { number: number; one: Written; outbox: Outbox } | null {
  const [one] = outbox.all;
  if (one === undefined || outbox.sent !== 0 || contact.state !== "connected") return null;
  const number = contact.heard + 1;
  return { number, one, outbox: { ...outbox, sent: number } };
}

/** What was on its way may be lost: it has to be sent again. */
export function cutOff(outbox: Outbox): Outbox {
  return outbox.sent === 0 ? outbox : { ...outbox, sent: 0 };
}
