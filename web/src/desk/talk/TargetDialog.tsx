import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask } from "../../shared/api";
import type { Do } from "../DeskView";
import { type Colleagues, isChosen, othersOf, type Target, targetWith } from "./verbs";
import { useTalkWords } from "./words";

interface TargetDialogProps {
  contact: string;
  agent: string;
  act: Do;
  onClose: () => void;
}

/** Where to send the caller, or whom to ask first: an agent, a queue or a number, with a note. */
export function TargetDialog({ contact, agent: self, act, onClose }: TargetDialogProps) {
  const words = useTalkWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [colleagues, setColleagues] = useState<Colleagues | null>(null);
  const [failed, setFailed] = useState(false);
  const [to, setTo] = useState<Target>(targetWith({}));
  const [note, setNote] = useState("");
  useEffect(() => {
    dialog.current?.showModal();
    void ask<Colleagues>("GET", "/colleagues").then((answer) => {
      if (answer.ok) setColleagues(answer.content);
      else setFailed(true);
    });
  }, []);
  const send = async (verb: "transfer" | "consult") => {
    if (!isChosen(to)) return;
    dialog.current?.close();
    await act(verb, { contact, ...to, note });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send("consult");
  };
  return (
    <dialog ref={dialog} className="target" onClose={onClose} aria-labelledby="target">
      <h2 id="target">{words.dialog.title}</h2>
      {failed && <p role="alert">{words.dialog.failed}</p>}
      <form onSubmit={submit}>
        <label>
          {words.dialog.agents}
          <select value={to.to_agent} onChange={(event) => setTo(targetWith({ to_agent: event.target.value }))}>
            <option value="">{words.dialog.none}</option>
            {othersOf(colleagues ?? { agents: [], queues: [] }, self).map(({ agent, state }) => (
              <option key={agent} value={agent}>
                {agent} · {words.states[state]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.dialog.queues}
          <select value={to.queue} onChange={(event) => setTo(targetWith({ queue: event.target.value }))}>
            <option value="">{words.dialog.none}</option>
            {colleagues?.queues.map((queue) => (
              <option key={queue} value={queue}>
                {queue}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.dialog.number}
          <input
            inputMode="tel"
            autoComplete="off"
            maxLength={100}
            value={to.number}
            onChange={(event) => setTo(targetWith({ number: event.target.value }))}
          />
        </label>
        <label>
          {words.dialog.note}
          <input maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <p className="buttons">
          <button type="submit" className="main" disabled={!isChosen(to)}>
            {words.dialog.consult}
          </button>
          <button type="button" disabled={!isChosen(to)} onClick={() => void send("transfer")}>
            {words.dialog.send}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.close}
          </button>
        </p>
      </form>
    </dialog>
  );
}
