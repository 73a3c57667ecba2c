// Where an agent answers in a chat: text, answers at hand by a slash, files.

import { type ChangeEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { File as ChatFile, Contact } from "../cti/messages";
import type { Written } from "../cti/outbox";
import { ask, sendFile } from "../shared/api";
import { useKept } from "../shared/settings";
import { CannedList, optionId } from "./CannedList";
import { type Canned, type Found, filled, found, wanted } from "./canned";
import type { At, Do } from "./DeskView";
import { useWords } from "./words/words";

const MOST_CHARACTERS = 2000;

interface AnswerProps {
  contact: Contact;
  able: boolean;
  at: At;
  act: Do;
  onWritten: (one: Written) => void;
}

export function Answer({ contact, able, at, act, onWritten }: AnswerProps) {
  const words = useWords();
  const list = useId();
  const [draft, setDraft] = useKept<string>(`draft.${contact.contact}`, "", sessionStorage);
  const [trouble, setTrouble] = useState("");
  const canned = useCanned(wanted(draft) !== null, at.agent);
  const looked = wanted(draft);
  const offered = looked === null || !canned ? [] : found(canned, contact, looked);
  const [chosen, setChosen] = useState(0);
  const current = Math.min(chosen, offered.length - 1);

  const put = (text: string) => {
    setDraft(text);
    setChosen(0);
  };
  const change = (text: string) => {
    put(text);
    if (text.trim() && wanted(text) === null) at.types(contact.contact);
  };
  const send = () => {
    if (!draft.trim()) return;
    onWritten({ text: draft.trim() });
    put("");
  };
  const pick = ({ text }: Found) => put(filled(text, contact.name, at.name));
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const picked = offered[current];
    if (picked && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const step = event.key === "ArrowDown" ? 1 : offered.length - 1;
      setChosen((current + step) % offered.length);
    } else if (picked && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) pick(picked);
    else if (looked !== null && event.key === "Escape") put("");
    else if (event.key === "Enter" && !event.shiftKey) {
      if (looked === null || canned) send(); // before the answers are here, nobody means what stands after a slash
    } else return;
    event.preventDefault();
  };
  const attach = async (file: File) => {
    setTrouble("");
    const answer = await sendFile<ChatFile>(`/agents/${at.agent}/chats/${contact.contact}/files`, file, at.csrf);
    if (answer.ok) onWritten({ text: "", file: answer.content });
    else setTrouble(words.file[answer.failure.code] ?? words.file.other ?? "");
  };
  return (
    <div className="answer">
      <textarea
        aria-label={words.yourAnswer}
        aria-description={words.canned.hint}
        aria-controls={looked === null ? undefined : list}
        aria-activedescendant={offered.length ? optionId(list, current) : undefined}
        placeholder={`${words.yourAnswer} (${words.canned.hint})`}
        rows={2}
        maxLength={MOST_CHARACTERS}
        value={draft}
        disabled={!able}
        onChange={(event) => change(event.target.value)}
        onKeyDown={pressed}
      />
      {looked !== null && <CannedList id={list} all={offered} chosen={current} onPick={pick} />}
      <div className="buttons">
        <button type="button" className="main" disabled={!able || !draft.trim()} onClick={send}>
          {words.verbs.send} <kbd>↵</kbd>
        </button>
        <Attach able={able} onFile={(file) => void attach(file)} />
        <button type="button" disabled={!able} onClick={() => void act("close", { contact: contact.contact })}>
          {words.verbs.close}
        </button>
      </div>
      <p role="alert" className={trouble ? "problem" : "hidden"}>
        {trouble}
      </p>
    </div>
  );
}

function Attach({ able, onFile }: { able: boolean; onFile: (file: File) => void }) {
  const words = useWords();
  const picker = useRef<HTMLInputElement>(null);
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    if (file) onFile(file);
    event.target.value = "";
  };
  return (
    <>
      <button type="button" disabled={!able} onClick={() => picker.current?.click()}>
        {words.verbs.attach}
      </button>
      <input ref={picker} type="file" hidden onChange={picked} />
    </>
  );
}

/** The answers in force, asked for whenever somebody begins to look; null until the first are here. */
function useCanned(looks: boolean, agent: string): Record<string, Canned> | null {
  const [canned, setCanned] = useState<Record<string, Canned> | null>(null);
  useEffect(() => {
    if (!looks) return;
    void ask<Record<string, Canned>>("GET", `/agents/${agent}/canned-answers`).then(
      (answer) => answer.ok && setCanned(answer.content),
    );
  }, [looks, agent]);
  return canned;
}
