// Call a customer for a queue, or a colleague.

import { useEffect, useRef, useState } from "react";
import { dialOut } from "../shared/session";
import type { Do } from "./DeskView";
import { useWords } from "./words/words";

interface DialDialogProps {
  act: Do;
  onClose: () => void;
}

export function DialDialog({ act, onClose }: DialDialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [queues, setQueues] = useState<string[]>([]);
  const [problem, setProblem] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    const ask = async () => {
      const answer = await dialOut();
      if (answer.ok) setQueues(answer.content);
    };
    void ask();
  }, []);
  const order = async (verb: string, form: HTMLFormElement) => {
    const refusal = await act(verb, Object.fromEntries(new FormData(form)));
    if (refusal) setProblem(words.refused[refusal.code] ?? refusal.message);
    else dialog.current?.close();
  };
  return (
    <dialog ref={dialog} className="dial" onClose={onClose} aria-labelledby="dial">
      <h2 id="dial">{words.dial.title}</h2>
      {queues.length > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void order("dial", event.currentTarget);
          }}
        >
          <label>
            {words.dial.number}
            <input name="number" type="tel" required maxLength={40} />
          </label>
          <label>
            {words.dial.queue}
            <select name="queue">
              {queues.map((queue) => (
                <option key={queue}>{queue}</option>
              ))}
            </select>
          </label>
          <button type="submit" className="main">
            {words.dial.dial}
          </button>
        </form>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void order("call", event.currentTarget);
        }}
      >
        <label>
          {words.dial.colleague}
          <input name="colleague" required maxLength={64} />
        </label>
        <button type="submit" className="main">
          {words.dial.call}
        </button>
      </form>
      <p className={problem ? "notice bad" : "hidden"} role="alert">
        {problem}
      </p>
      <button type="button" onClick={() => dialog.current?.close()}>
        {words.shortcuts.close}
      </button>
    </dialog>
  );
}
