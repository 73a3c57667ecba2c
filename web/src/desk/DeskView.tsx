// The desk itself: the agent above, the contacts beside each other below.

import { type ReactNode, useCallback, useEffect, useState } from "react";
import type { Connection, Refusal, View } from "../cti/connection";
import type { Desk } from "../cti/desk";
import type { Looks } from "../shared/SettingsBar";
import type { Person } from "../shared/session";
import { useKept } from "../shared/settings";
import { AgentBar } from "./AgentBar";
import { ContactCard } from "./ContactCard";
import { DialDialog } from "./DialDialog";
import { useDispositions, WrapUp } from "./Disposition";
import { KeysDialog } from "./KeysDialog";
import { MicrophoneDialog } from "./MicrophoneDialog";
import { MoreMenu } from "./MoreMenu";
import { OtherCall } from "./OtherCall";
import { useOfferSound } from "./offerSound";
import { PhoneBar, PhoneNotice } from "./PhoneBar";
import { PhoneProvider, usePhone } from "./phoneHere";
import { useShortcuts } from "./shortcuts";
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
  const [dials, setDials] = useState(false);
  const [checks, setChecks] = useState(false);
  const queues = [...desk.agent.wrapping, ...desk.contacts.map(({ contact }) => contact)].map(({ queue }) => queue);
  const known = useDispositions([...new Set(queues)].sort().join(" "));
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

  const live = view.health === "live";
  const able = view.works && live;
  const phone = usePhone(person, desk, view.works, live, act);
  const at: At = {
    agent: desk.agent.agent,
    name: person.display_name,
    csrf: person.csrf,
    typists: view.typists,
    types: (contact) => connection.types(contact),
  };
  return (
    <PhoneProvider value={phone}>
      <div className="desk">
        <title>{titleOf(desk, words)}</title>
        <header>
          <p className="brand">{words.product}</p>
          <AgentBar person={person} agent={desk.agent} now={now} able={able} act={act} />
          <div className="settings">
            <button type="button" disabled={!able} aria-haspopup="dialog" onClick={() => setDials(true)}>
              {words.dial.title}
            </button>
            <Health view={view} />
            <PhoneBar />
            <MoreMenu
              person={person}
              looks={looks}
              works={view.works}
              sound={sound}
              onSound={setSound}
              onKeys={() => setKeys(true)}
              onCheck={() => setChecks(true)}
              onLeave={onLeave}
            />
          </div>
        </header>
        <Notices view={view} problem={problem} onTake={() => connection.takeOver()}>
          <PhoneNotice works={view.works} />
        </Notices>
        <main aria-label={words.contacts} className="contacts" data-stale={view.health !== "live"}>
          <WrapUp wrapping={desk.agent.wrapping} known={known} able={able} act={act} />
          <OtherCall desk={desk} sound={sound === "on"} />
          {desk.contacts.length === 0 && <p className="nothing">{nothingOf(desk, words)}</p>}
          {desk.contacts.map((one) => (
            <ContactCard
              key={one.contact.contact}
              one={one}
              agent={desk.agent.agent}
              now={now}
              able={able}
              live={live}
              at={at}
              act={act}
              known={known}
            />
          ))}
        </main>
        <p className="hidden" aria-live="assertive">
          {offered ? words.offerTitle(offered.contact.name || offered.contact.number || words.withheld) : ""}
        </p>
        {dials && <DialDialog act={act} onClose={() => setDials(false)} />}
        {checks && phone && <MicrophoneDialog here={phone} onClose={() => setChecks(false)} />}
        {keys && <KeysDialog onClose={() => setKeys(false)} />}
      </div>
    </PhoneProvider>
  );
}

function Health({ view }: { view: View }) {
  const words = useWords();
  return <output className={`health ${view.health}`}>{words.health[view.health]}</output>;
}

interface NoticesProps {
  view: View;
  problem: string;
  onTake: () => void;
  children: ReactNode;
}

function Notices({ view, problem, onTake, children }: NoticesProps) {
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
      {children}
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

/** Take the focus to the next contact: to where one answers, if one does in writing. */
function focusNext(): void {
  const cards = [...document.querySelectorAll<HTMLElement>("article.contact")];
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const card = cards[(at + 1) % cards.length];
  (card?.querySelector<HTMLElement>("textarea") ?? card)?.focus();
}
