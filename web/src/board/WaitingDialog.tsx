// Those who wait in a queue now, and what a supervisor does about one of them.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask } from "../shared/api";
import type { Language } from "../shared/language";
import type { Person } from "../shared/session";
import { clock } from "../shared/time";
import { OneContact } from "./BehindDialog";
import type { Board } from "./board";
import { agentsAtWork, type InLine, queuesBeside, type Waits } from "./supervise";
import { useFresh } from "./useFresh";
import { useWords } from "./words/words";

interface DialogProps {
  queue: string;
  board: Board;
  now: number;
  person: Person;
  language: Language;
  able: boolean;
  onClose: () => void;
}

export function WaitingDialog({ queue, board, now, person, language, able, onClose }: DialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, choose] = useState("");
  const [said, setSaid] = useState<{ bad: boolean; text: string }>({ bad: false, text: "" });
  useEffect(() => dialog.current?.showModal(), []);
  const path = `/queues/${encodeURIComponent(queue)}/waiting?language=${language}`;
  const { answer, look } = useFresh<InLine>(path, board.position.number);
  const line = answer?.ok ? answer.content : null;
  const one = line?.contacts.find(({ contact }) => contact === chosen);
  const tell = async (verb: string, given: object) => {
    const told = await ask("POST", `/contacts/${encodeURIComponent(chosen)}/${verb}`, given, person.csrf);
    setSaid(
      told.ok
        ? { bad: false, text: words.supervise.done(chosen) }
        : { bad: true, text: words.supervise.refused(told.failure) },
    );
    look();
  };
  return (
    <dialog ref={dialog} className="behind supervise" onClose={onClose} aria-labelledby="waiting">
      <h2 id="waiting">{words.supervise.waiting(queue, line ? `${line.total}` : "…")}</h2>
      {answer && !answer.ok && <p role="alert">{words.history.failed(answer.failure.message)}</p>}
      {line && <Line line={line} now={now} chosen={chosen} onChoose={choose} />}
      {line && line.total > line.contacts.length && <p>{words.alarms.more(line.total - line.contacts.length)}</p>}
      {chosen !== "" && !one && <p>{words.supervise.gone(chosen)}</p>}
      {line && one && <InHand key={one.contact} {...{ one, line, board, able, tell }} />}
      <p className={said.text ? `notice ${said.bad ? "bad" : ""}` : "hidden"} role={said.bad ? "alert" : "status"}>
        {said.text}
      </p>
      {one && <Why key={`why ${one.contact}`} contact={one.contact} language={language} />}
      <div className="buttons">
        <button type="button" className="main" onClick={() => dialog.current?.close()}>
          {words.history.close}
        </button>
      </div>
    </dialog>
  );
}

interface LineProps {
  line: InLine;
  now: number;
  chosen: string;
  onChoose: (contact: string) => void;
}

function Line({ line, now, chosen, onChoose }: LineProps) {
  const words = useWords().supervise;
  const { columns } = words;
  const standing = ({ state, agent, sticky, sticky_until }: Waits) => {
    if (state !== "waiting") return words.offeredTo(agent);
    return sticky ? words.waitsFor(sticky, clock(sticky_until - now)) : words.inLine;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className="table" tabIndex={0} aria-labelledby="waiting">
      <table>
        <thead>
          <tr>
            {(["contact", "customer", "waited", "standing", "priority", "steps"] as const).map((column) => (
              <th key={column} scope="col" className={column === "waited" ? undefined : "words"}>
                {columns[column]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {line.contacts.map((one) => (
            <tr key={one.contact} data-row={one.contact}>
              <th scope="row">
                <button
                  type="button"
                  className="figure"
                  aria-pressed={one.contact === chosen}
                  onClick={() => onChoose(one.contact)}
                >
                  {one.contact}
                </button>
              </th>
              <td className="words">{[one.name, one.number, one.tier].filter(Boolean).join(" · ")}</td>
              <td>{clock(now - one.since)}</td>
              <td className="words">{standing(one)}</td>
              <td className="words">{one.priority}</td>
              <td className="words">{one.steps.map((step) => line.plan[step]?.words).join("; ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface InHandProps {
  one: Waits;
  line: InLine;
  board: Board;
  able: boolean;
  tell: (verb: string, given: object) => Promise<void>;
}

/** The verbs, each a form: where to, how high, for whom, how far. */
function InHand({ one, line, board, able, tell }: InHandProps) {
  const words = useWords().supervise;
  const queues = queuesBeside(board, line.queue);
  const agents = agentsAtWork(board);
  const steps = line.plan.filter(({ conditional }) => !conditional);
  const order = (verb: string, given: (form: FormData) => object) => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void tell(verb, given(new FormData(event.currentTarget)));
  };
  return (
    <section className="in-hand" aria-label={words.inHand(one.contact)}>
      <form onSubmit={order("move", (form) => ({ queue: form.get("queue") }))}>
        <label>
          {words.toQueue}
          <select name="queue">
            {queues.map((queue) => (
              <option key={queue}>{queue}</option>
            ))}
          </select>
        </label>
        <button type="submit" disabled={!able || queues.length === 0}>
          {words.move}
        </button>
      </form>
      <form onSubmit={order("prioritise", (form) => ({ priority: Number(form.get("priority")) }))}>
        <label>
          {words.columns.priority}
          <input
            name="priority"
            type="number"
            required
            min={-1000}
            max={1000}
            step={1}
            defaultValue={one.priority + 1}
          />
        </label>
        <button type="submit" disabled={!able}>
          {words.prioritise}
        </button>
      </form>
      <form onSubmit={order("assign", (form) => ({ to: form.get("to"), seconds: Number(form.get("minutes")) * 60 }))}>
        <label>
          {words.toAgent}
          <select name="to">
            {agents.map(({ agent, name }) => (
              <option key={agent} value={agent}>
                {name ? `${name} (${agent})` : agent}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.minutes}
          <input name="minutes" type="number" required min={1} max={1440} defaultValue={5} />
        </label>
        <button type="submit" disabled={!able || agents.length === 0}>
          {words.assign}
        </button>
      </form>
      {steps.length > 0 && (
        <form onSubmit={order("advance", (form) => ({ step: Number(form.get("step")) }))}>
          <label>
            {words.toStep}
            <select name="step">
              {steps.map(({ step, words }) => (
                <option key={step} value={step}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" disabled={!able}>
            {words.advance}
          </button>
        </form>
      )}
    </section>
  );
}

/** The router's reasons, asked for by whoever wants to know. */
function Why({ contact, language }: { contact: string; language: Language }) {
  const words = useWords().supervise;
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.why}</summary>
      {open && <OneContact call={contact} language={language} />}
    </details>
  );
}
