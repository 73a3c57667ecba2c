// What a desktop makes of what it is told: the snapshot, and every event after it. Pure.

import type { Agent, OnDesk, Position, Snapshot, Told } from "./messages";

const MOST_STEPS = 60;
const MOST_MESSAGES = 200;

export interface Desk {
  position: Position;
  agent: Agent;
  contacts: OnDesk[];
}

export function deskOf({ position, agent, contacts }: Snapshot): Desk {
  return { position, agent, contacts };
}

/** The desk after an event; null when its number does not follow, or it is about what is not there: resume. */
export function after(desk: Desk, number: number, told: Told): Desk | null {
  if (number !== desk.position.number + 1) return null;
  const position = { ...desk.position, number };
  if (told.event === "AgentChanged") return { ...desk, position, agent: told.agent };
  const contacts = contactsAfter(desk.contacts, told);
  return contacts && { ...desk, position, contacts };
}

function contactsAfter(contacts: OnDesk[], told: Exclude<Told, { event: "AgentChanged" }>): OnDesk[] | null {
  switch (told.event) {
    case "ContactOffered": {
      const { contact, story, messages } = told;
      const others = contacts.filter((one) => one.contact.contact !== contact.contact);
      return [...others, { contact, story, messages }];
    }
    case "ContactEnded":
      return has(contacts, told.contact) ? contacts.filter((one) => one.contact.contact !== told.contact) : null;
    case "ContactStepped":
      return changed(contacts, told.contact, (one) => ({
        ...one,
        story: [...one.story, told.step].slice(-MOST_STEPS),
      }));
    case "ContactSaid":
      return changed(contacts, told.contact, (one) => ({
        ...one,
        messages: [...one.messages, told.message].slice(-MOST_MESSAGES),
      }));
    case "ContactConnected":
    case "ContactHeld":
    case "ContactRetrieved":
    case "ContactChanged":
      return changed(contacts, told.contact.contact, (one) => ({ ...one, contact: told.contact }));
    default:
      return contacts; // an event of a later version
  }
}

function changed(contacts: OnDesk[], id: string, change: (one: OnDesk) => OnDesk): OnDesk[] | null {
  return has(contacts, id) ? contacts.map((one) => (one.contact.contact === id ? change(one) : one)) : null;
}

function has(contacts: OnDesk[], id: string): boolean {
  return contacts.some((one) => one.contact.contact === id);
}
