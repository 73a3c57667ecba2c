// The talk in a chat. What is being written survives a reload; what was sent into a broken connection is sent again.

import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Message, OnDesk } from "../cti/messages";
import { cutOff, EMPTY, next, type Outbox, seen, written } from "../cti/outbox";
import { useKept } from "../shared/settings";
import { timeOfDay } from "../shared/time";
import type { Do } from "./DeskView";
import { useWords } from "./words/words";

const MOST_CHARACTERS = 2000;

interface ChatProps {
  one: OnDesk;
  live: boolean;
  able: boolean;
  act: Do;
}

export function Chat({ one, live, able, act }: ChatProps) {
  const { contact, messages } = one;
  const words = useWords();
  const [draft, setDraft] = useKept<string>(`draft.${contact.contact}`, "", sessionStorage);
  const outbox = useOutbox(one, live, act);
  const talks = contact.state === "connected";
  const send = () => {
    if (!draft.trim()) return;
    outbox.write(draft.trim());
    setDraft("");
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="talk">
      <Messages messages={messages} pending={outbox.texts} />
      {talks && (
        <div className="answer">
          <textarea
            aria-label={words.yourAnswer}
            placeholder={words.yourAnswer}
            rows={2}
            maxLength={MOST_CHARACTERS}
            value={draft}
            disabled={!able}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={pressed}
          />
          <div className="buttons">
            <button type="button" className="main" disabled={!able || !draft.trim()} onClick={send}>
              {words.verbs.send} <kbd>↵</kbd>
            </button>
            <button type="button" disabled={!able} onClick={() => void act("close", { contact: contact.contact })}>
              {words.verbs.close}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}

function useOutbox({ contact }: OnDesk, live: boolean, act: Do) {
  const [outbox, setOutbox] = useState<Outbox>(EMPTY);
  useEffect(() => setOutbox((now) => (live ? seen(now, contact) : cutOff(now))), [contact, live]);
  useEffect(() => {
    const sending = live ? next(outbox, contact) : null;
    if (!sending) return;
    setOutbox(sending.outbox);
    void act("say", { contact: contact.contact, number: sending.number, text: sending.text });
  }, [outbox, contact, live, act]);
  return { texts: outbox.texts, write: (text: string) => setOutbox((now) => written(now, text)) };
}

function Messages({ messages, pending }: { messages: Message[]; pending: string[] }) {
  const words = useWords();
  const list = useRef<HTMLDivElement>(null);
  const count = messages.length + pending.length;
  useEffect(() => {
    if (count) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div ref={list} className="messages" role="log" aria-label={words.sections.messages} tabIndex={0}>
      {count === 0 && <div className="system">{words.noMessages}</div>}
      {messages.map((message) => (
        <div key={message.number} className={message.sender}>
          {message.sender !== "system" && (
            <p className="by">
              {words.sender[message.sender]} <time>{timeOfDay(message.at)}</time>
            </p>
          )}
          <p className="text">{message.notice ? words.notice[message.notice] : message.text}</p>
          {message.choices.length > 0 && (
            <p className="choices">{message.choices.map(({ key, label }) => `${key} ${label}`).join(" · ")}</p>
          )}
        </div>
      ))}
      {pending.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts leave in their order
        <div key={`pending ${index}`} className="agent pending">
          <p className="by">{words.onItsWay}</p>
          <p className="text">{text}</p>
        </div>
      ))}
    </div>
  );
}
