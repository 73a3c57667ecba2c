// One contact: who it is, what they want, how they came here; and for a chat the talk itself.

import { useEffect, useState } from "react";
import type { Contact, OnDesk } from "../cti/messages";
import type { Dispositions } from "../shared/session";
import { clock, timeOfDay } from "../shared/time";
import { Chat } from "./Chat";
import { CustomerPanel } from "./CustomerPanel";
import { unread } from "./canned";
import type { At, Do } from "./DeskView";
import { DispositionForm } from "./Disposition";
import { OrdersPanel } from "./OrdersPanel";
import { PhoneCall, PhoneOffer } from "./PhoneCall";
import { isWritten, usePhoneHere } from "./phoneHere";
import { KEYS, useShortcuts } from "./shortcuts";
import { knownOf, linesOf } from "./story";
import { TalkBar } from "./talk/TalkBar";
import { useWords } from "./words/words";

interface ContactCardProps {
  one: OnDesk;
  /** Whose desk it is. */
  agent: string;
  now: number;
  able: boolean;
  live: boolean;
  at: At;
  act: Do;
  known: Dispositions;
}

export function ContactCard({ one, agent, now, able, live, at, act, known }: ContactCardProps) {
  const { contact } = one;
  const words = useWords();
  const channel = words.channel[contact.channel] ?? contact.channel;
  const { isNew, setWithin } = useUnread(one);
  const who = contact.name || contact.number || words.withheld;
  return (
    <article
      className={`contact ${contact.state} ${contact.channel}`}
      data-contact={contact.contact}
      tabIndex={-1}
      onFocus={() => setWithin(true)}
      onBlur={({ currentTarget, relatedTarget }) => setWithin(currentTarget.contains(relatedTarget))}
      aria-label={`${channel}: ${who}`}
    >
      <div className="head">
        <p className="chips">
          <span className="chip channel">{channel}</span>
          <span className={`chip ${contact.state}`}>{words.contactState[contact.state]}</span>
          {isNew > 0 && <span className="chip unread">{words.unread(isNew)}</span>}
          {contact.tier && <span className="chip tier">{contact.tier}</span>}
        </p>
        <time role="timer">{clock(now - sinceOf(contact, now))}</time>
        <h2>{who}</h2>
        {contact.name && contact.number && <p className="number">{contact.number}</p>}
      </div>
      {contact.state === "offered" && <Offer contact={contact} able={able} act={act} />}
      {contact.state !== "offered" && !isWritten(contact.channel) && <PhoneCall able={able} />}
      <TalkBar contact={contact} agent={agent} able={able} act={act} />
      {contact.channel === "chat" && <Chat one={one} live={live} able={able} at={at} act={act} />}
      {(contact.state === "connected" || contact.state === "held") && (
        <DispositionForm
          about={{ contact: contact.contact, queue: contact.queue, code: contact.disposition, note: contact.note }}
          known={known}
          able={able}
          act={act}
        />
      )}
      <Facts contact={contact} now={now} />
      {contact.customer && <CustomerPanel key={contact.customer.customer} customer={contact.customer} />}
      {contact.orders && <OrdersPanel contact={contact.contact} orders={contact.orders} able={able} act={act} />}
      <Known contact={contact} />
      <Path one={one} />
    </article>
  );
}

/** What the customer wrote since this was looked at last; while the focus is here, all is. */
function useUnread({ messages }: OnDesk) {
  const last = messages.at(-1)?.number ?? 0;
  const [seen, setSeen] = useState(last);
  const [within, setWithin] = useState(false);
  useEffect(() => {
    if (within) setSeen(last);
  }, [within, last]);
  return { isNew: unread(messages, within ? last : seen), setWithin };
}

function sinceOf(contact: Contact, now: number): number {
  return (contact.state === "offered" ? contact.offered_at : contact.connected_at) ?? contact.offered_at ?? now;
}

/** A chat is taken here; a call too, where the phone is in this window. */
function Offer({ contact, able, act }: { contact: Contact; able: boolean; act: Do }) {
  const words = useWords();
  const written = isWritten(contact.channel);
  const phone = usePhoneHere()?.view.status;
  const given = { contact: contact.contact, offer: contact.offer };
  const accept = () => void act("accept", given);
  const decline = () => void act("decline", given);
  useShortcuts(written && able ? { accept, decline } : {});
  if (!written) return phone === "ready" ? <PhoneOffer /> : <p className="offer">{words.pickUp}</p>;
  return (
    <p className="offer buttons">
      <button type="button" className="main" disabled={!able} onClick={accept}>
        {words.verbs.accept} <kbd>Alt+{KEYS.accept}</kbd>
      </button>
      <button type="button" disabled={!able} onClick={decline}>
        {words.verbs.decline} <kbd>Alt+{KEYS.decline}</kbd>
      </button>
    </p>
  );
}

function Facts({ contact, now }: { contact: Contact; now: number }) {
  const { facts, languages } = useWords();
  const waited = contact.waiting_since === null ? "" : clock((contact.connected_at ?? now) - contact.waiting_since);
  const rows: [string, string][] = [
    [facts.queue, contact.queue],
    [facts.waited, waited],
    [facts.language, languages[contact.language] ?? contact.language],
    [facts.dialled, contact.dialled],
    [facts.flow, contact.flow],
    [facts.here, contact.entered_at === null ? "" : timeOfDay(contact.entered_at)],
  ];
  return <Pairs className="facts" rows={rows} />;
}

function Known({ contact }: { contact: Contact }) {
  const { sections, linkStatus } = useWords();
  const forms = Object.entries(contact.forms);
  const links = Object.entries(contact.links);
  const known = knownOf(contact.variables);
  return (
    <>
      {known.length > 0 && (
        <section>
          <h3>{sections.known}</h3>
          <Pairs rows={known} />
        </section>
      )}
      {forms.map(([form, values]) => (
        <section key={form}>
          <h3>
            {sections.forms}: {form}
          </h3>
          <Pairs rows={Object.entries(values)} />
        </section>
      ))}
      {links.length > 0 && (
        <section>
          <h3>{sections.links}</h3>
          <Pairs rows={links.map(([, [purpose, status]]) => [purpose, linkStatus[status] ?? status])} />
        </section>
      )}
    </>
  );
}

function Path({ one }: { one: OnDesk }) {
  const words = useWords();
  return (
    <section>
      <h3>{words.sections.path}</h3>
      <ol className="path">
        {linesOf(one.story, words).map((line) => (
          <li key={line.number}>
            <time>{timeOfDay(line.at)}</time>
            <span>{line.what}</span>
            <span className="detail">{line.detail}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Pairs({ rows, className = "" }: { rows: [string, string][]; className?: string }) {
  return (
    <dl className={`pairs ${className}`}>
      {rows
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
