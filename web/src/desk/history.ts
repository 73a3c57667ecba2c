// A customer's earlier contacts as an agent reads them. Pure.

import type { PastContact } from "../cti/messages";
import type { Words } from "./words/words";

/** One contact of GET /customers/{id}/history. */
export interface Entry extends PastContact {
  callbacks: { queue: string; outcome: string }[];
  voicemails: { seconds: number; heard_at: number | null }[];
  links: { purpose: string; status: string }[];
  forms: { form: string; content: Record<string, string> }[];
  answers: { question: string; answer: string }[];
}

/** Queue, outcome and agent, as far as there are any. */
export function toldOf(past: PastContact, words: Words): string[] {
  const outcome = past.outcome ? (words.customer.outcome[past.outcome] ?? past.outcome) : words.customer.goesOn;
  return [past.queue, outcome, past.agent].filter((text) => text !== "");
}

/** What came of a contact besides. */
export function detailsOf(entry: Entry, words: Words): string[] {
  const { channel, linkStatus, customer, sections } = words;
  return [
    ...entry.callbacks.map(({ outcome }) => `${channel.callback}: ${customer.callback[outcome] ?? outcome}`),
    ...entry.voicemails.map(({ seconds }) => `${channel.voicemail}: ${Math.round(seconds)} s`),
    ...entry.links.map(({ purpose, status }) => `${purpose}: ${linkStatus[status] ?? status}`),
    ...entry.forms.map(({ form, content }) => `${sections.forms} ${form}: ${Object.values(content).join(", ")}`),
    ...entry.answers.map(({ question, answer }) => `${question}: ${answer}`),
  ];
}
