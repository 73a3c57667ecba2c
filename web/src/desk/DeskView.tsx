// The desk itself: the agent above, the contacts beside each other below.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Connection, Refusal, View } from "../cti/connection";
import type { Desk } from "../cti/desk";
import { type Looks, SettingsBar } from "../shared/SettingsBar";
import type { Person } from "../shared/session";
import { useKept } from "../shared/settings";
import { AgentBar } from "./AgentBar";
import { ContactCard } from "./ContactCard";
import { KeysDialog } from "./KeysDialog";
import { useShortcuts } from "./shortcuts";
import { allowSound, ring } from "./sound";
import { useWords, type Words } from "./words/words";

/** Who is at the desk, and what they and the customers write. */
export interface At {
  agent: string;
  /** As customers may know them. */
  name: string;
  csrf: string;
  typists: string[];
  types: (contact: string) => void;
}

export type Do = (verb: string, given?: Record<string, unknown>) => Promise<Refusal | null>;

interface DeskViewProps {
  person: Person;
  desk: Desk;
  view: View;
  connection: Connection;
  looks: Looks;
  onLeave: () => void;
}

export function DeskView({ person, desk, view, connection, looks, onLeave }: DeskViewProps) {
  const words = useWords();
  const now = useNow(view.ahead);
  const [problem, setProblem] = useState("");
  const [keys, setKeys] = useState(false);
  const [sound, setSound] = useKept<"on" | "off">("sound", "on");
  const offered = desk.contacts.find(({ contact }) => contact.state === "offered");
  useOfferSound(offered?.contact.contact ?? "", sound === "on");

  const act: Do = useCallback(
    async (verb, given) => {
      const refusal = await connection.do(verb, given);
      setProblem(refusal ? (words.refused[refusal.code] ?? refusal.message) : "");
      return refusal;
    },
    [connection, words],
  );
  const next = () => focusNext();
  useShortcuts({ next, help: () => setKeys(true) });

  const { typists } = view;
  const at: At = {
    agent: desk.agent.agent,
    name: person.display_name,
    csrf: person.csrf,
    typists,
    types: (contact) => connection.types(contact),
  };
  const able = view.works && view.health === "live";
  return (
    <div className="desk">
      <title>{titleOf(desk, words)}</title>
      <header>
        <p className="brand">{words.product}</p>
        <AgentBar person={person} agent={desk.agent} now={now} able={able} act={act} />
        <div className="settings">
          <Health view={view} />
          <button type="button" aria-pressed={sound === "on"} onClick={() => setSound(sound === "on" ? "off" : "on")}>
            {sound === "on" ? words.settings.soundOn : words.settings.soundOff}
          </button>
          <button type="button" aria-haspopup="dialog" onClick={() => setKeys(true)}>
            {words.shortcuts.title}
          </button>
          <SettingsBar looks={looks} />
          <button type="button" onClick={onLeave}>
            {words.settings.out}
          </button>
        </div>
      </header>
      <Notices view={view} problem={problem} onTake={() => connection.takeOver()} />
      <main aria-label={words.contacts} className="contacts" data-stale={view.health !== "live"}>
        {desk.contacts.length === 0 && <p className="nothing">{nothingOf(desk, words)}</p>}
        {desk.contacts.map((one) => (
          <ContactCard
            key={one.contact.contact}
            one={one}
            now={now}
            able={able}
            live={view.health === "live"}
            at={at}
            act={act}
          />
        ))}
      </main>
      <p className="hidden" aria-live="assertive">
        {offered ? words.offerTitle(offered.contact.name || offered.contact.number || words.withheld) : ""}
      </p>
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </div>
  );
}

function Health({ view }: { view: View }) {
  const words = useWords();
  return <output className={`health ${view.health}`}>{words.health[view.health]}</output>;
}

function Notices({ view, problem, onTake }: { view: View; problem: string; onTake: () => void }) {
  const words = useWords();
  return (
    <div className="notices">
      {view.health === "stale" && (
        <p className="notice warn" role="alert">
          {words.stale}
        </p>
      )}
      {!view.works && (
        <p className="notice">
          {view.takenBy ? words.elsewhere.taken(view.takenBy) : words.elsewhere.watching}{" "}
          <button type="button" onClick={onTake}>
            {words.elsewhere.take}
          </button>
        </p>
      )}
      <p className={problem ? "notice bad" : "hidden"} role="alert">
        {problem}
      </p>
    </div>
  );
}

function nothingOf(desk: Desk, words: Words): string {
  const known: Record<string, string> = words.nothing;
  return known[desk.agent.state] ?? words.nothing.other;
}

function titleOf({ agent, contacts }: Desk, words: Words): string {
  const offered = contacts.find(({ contact }) => contact.state === "offered")?.contact;
  if (offered) return `● ${words.offerTitle(offered.name || offered.number || words.withheld)}`;
  return `${words.agentState[agent.state]} · ${words.product}`;
}

/** The server's time now, epoch seconds; moves every second. */
function useNow(ahead: number): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now + ahead;
}

const AGAIN_EVERY = 3000;

/** A sound while something is offered. */
function useOfferSound(offered: string, on: boolean): void {
  useEffect(() => {
    window.addEventListener("pointerdown", allowSound);
    window.addEventListener("keydown", allowSound);
    return () => {
      window.removeEventListener("pointerdown", allowSound);
      window.removeEventListener("keydown", allowSound);
    };
  }, []);
  const heard = useRef(on);
  heard.current = on;
  useEffect(() => {
    if (!offered) return;
    const sound = () => heard.current && ring();
    sound();
    const timer = setInterval(sound, AGAIN_EVERY);
    return () => clearInterval(timer);
  }, [offered]);
}

/** Take the focus to the next contact: to where one answers, if one does in writing. */
function focusNext(): void {
  const cards = [...document.querySelectorAll<HTMLElement>("article.contact")];
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const card = cards[(at + 1) % cards.length];
  (card?.querySelector<HTMLElement>("textarea") ?? card)?.focus();
}
