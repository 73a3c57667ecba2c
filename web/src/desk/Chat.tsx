// The talk in a chat. What is being written survives a reload; what was sent into a broken connection is sent again.

import { useEffect, useRef, useState } from "react";
import type { File as ChatFile, Message, OnDesk } from "../cti/messages";
import { cutOff, EMPTY, next, type Outbox, refused, seen, type Written, written } from "../cti/outbox";
import { sizeOf } from "../shared/sizes";
import { timeOfDay } from "../shared/time";
import { Answer } from "./Answer";
import type { At, Do } from "./DeskView";
import { useWords } from "./words/words";

interface ChatProps {
  one: OnDesk;
  live: boolean;
  able: boolean;
  at: At;
  act: Do;
}

export function Chat({ one, live, able, at, act }: ChatProps) {
  const { contact, messages } = one;
  const words = useWords();
  const outbox = useOutbox(one, live, act);
  return (
    <div className="talk">
      <Messages chat={contact.contact} messages={messages} pending={outbox.pending} />
      <p className="typing" aria-live="polite">
        {at.typists.includes(contact.contact) && words.typing}
      </p>
      {contact.state === "connected" && (
        <Answer contact={contact} able={able} at={at} act={act} onWritten={outbox.write} />
      )}
    </div>
  );
}

/** Refused for now only: it is sent again. */
const FOR_NOW = new Set(["lost", "busy"]);

function useOutbox({ contact }: OnDesk, live: boolean, act: Do) {
  const [outbox, setOutbox] = useState<Outbox>(EMPTY);
  useEffect(() => setOutbox((now) => (live ? seen(now, contact) : cutOff(now))), [contact, live]);
  useEffect(() => {
    const sending = live ? next(outbox, contact) : null;
    if (!sending) return;
    setOutbox(sending.outbox);
    const { text, file } = sending.one;
    const given = { contact: contact.contact, number: sending.number, text, ...(file && { file: file.file }) };
    void act("say", given).then((refusal) => {
      if (refusal && !FOR_NOW.has(refusal.code)) setOutbox(refused);
    });
  }, [outbox, contact, live, act]);
  return { pending: outbox.all, write: (one: Written) => setOutbox((now) => written(now, one)) };
}

function Messages({ chat, messages, pending }: { chat: string; messages: Message[]; pending: Written[] }) {
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
          {message.file && <FileLink chat={chat} file={message.file} />}
          {message.choices.length > 0 && (
            <p className="choices">{message.choices.map(({ key, label }) => `${key} ${label}`).join(" · ")}</p>
          )}
        </div>
      ))}
      {pending.map(({ text, file }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what is written leaves in its order
        <div key={`pending ${index}`} className="agent pending">
          <p className="by">{words.onItsWay}</p>
          <p className="text">{text || file?.name}</p>
        </div>
      ))}
    </div>
  );
}

function FileLink({ chat, file }: { chat: string; file: ChatFile }) {
  return (
    <a href={`/chats/${chat}/files/${file.file}`} download={file.name}>
      {file.name} ({sizeOf(file.size)})
    </a>
  );
}
