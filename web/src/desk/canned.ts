// Answers that an agent has at hand: found by what is typed after a slash, filled in with names. Pure.

import type { Contact, Message } from "../cti/messages";

/** By language. No queues: for all. */
export interface Canned {
  text: Record<string, string>;
  queues: string[];
}

export interface Found {
  name: string;
  text: string;
}

/** What is looked for: what stands after the slash that a draft begins with; null when it begins with none. */
export function wanted(draft: string): string | null {
  return /^\/[^\n]*$/.test(draft) ? draft.slice(1).trim().toLowerCase() : null;
}

/** The answers for this contact that fit, those whose name begins so first. One that is not written in the customer's
 *  language is shown in the first that it has. */
export function found(all: Record<string, Canned>, contact: Contact, looked: string): Found[] {
  return Object.entries(all)
    .filter(([, { queues }]) => queues.length === 0 || queues.includes(contact.queue))
    .map(([name, { text }]) => ({ name, text: text[contact.language] ?? Object.values(text)[0] ?? "" }))
    .filter(({ name, text }) => `${name}\n${text}`.toLowerCase().includes(looked))
    .sort((one, other) => rank(one.name, looked) - rank(other.name, looked) || one.name.localeCompare(other.name));
}

function rank(name: string, looked: string): number {
  return name.toLowerCase().startsWith(looked) ? 0 : 1;
}

/** The text with the names; where one is not known it is left out, with the space before it. */
export function filled(text: string, customer: string, agent: string): string {
  const names: Record<string, string> = { customer, agent };
  return text.replace(/ ?\{(customer|agent)\}/g, (place, which: string) => {
    const name = names[which] ?? "";
    return name && place.startsWith(" ") ? ` ${name}` : name;
  });
}

/** How many messages the customer wrote after the one that was seen last. */
export function unread(messages: Message[], seen: number): number {
  return messages.filter(({ number, sender }) => sender === "customer" && number > seen).length;
}
