// What a contact was about: set in the talk, and until the wrap-up ends.

import { useContext, useEffect, useId, useState } from "react";
import type { Wrapping } from "../cti/messages";
import { LanguageContext } from "../shared/language";
import { type Dispositions, dispositions } from "../shared/session";
import type { Do } from "./DeskView";
import { useWords } from "./words/words";

/** What the queues' contacts may be about; nothing until it is there, and asked for again when another queue comes. */
export function useDispositions(queues: string): Dispositions {
  const [known, setKnown] = useState<Dispositions>({});
  useEffect(() => {
    if (!queues) return;
    const ask = async () => {
      const answer = await dispositions();
      if (answer.ok) setKnown(answer.content);
    };
    void ask();
  }, [queues]);
  return known;
}

interface DispositionFormProps {
  about: Omit<Wrapping, "owed"> & { owed?: boolean };
  known: Dispositions;
  able: boolean;
  act: Do;
}

/** Nothing where the queue has none. */
export function DispositionForm({ about, known, able, act }: DispositionFormProps) {
  const words = useWords();
  const language = useContext(LanguageContext);
  const [code, setCode] = useState(about.code);
  const [note, setNote] = useState(about.note);
  const name = useId();
  const codes = Object.entries(known[about.queue] ?? {});
  if (codes.length === 0) return null;
  const needsNote = known[about.queue]?.[code]?.needs_note ?? false;
  const isSet = about.code !== "" && about.code === code && about.note === note.trim();
  return (
    <form
      className="disposition"
      data-disposition={about.contact}
      onSubmit={(event) => {
        event.preventDefault();
        void act("dispose", { contact: about.contact, code, note: note.trim() });
      }}
    >
      <fieldset disabled={!able}>
        <legend>
          {words.disposition.title}
          {about.owed && <span className="chip warn">{words.disposition.owed}</span>}
        </legend>
        <div className="codes">
          {codes.map(([one, { words: called }]) => (
            <label key={one}>
              <input
                type="radio"
                name={name}
                value={one}
                required
                checked={code === one}
                onChange={() => setCode(one)}
              />
              {called[language] ?? one}
            </label>
          ))}
        </div>
        <label>
          {needsNote ? words.disposition.noteNeeded : words.disposition.note}
          <textarea
            rows={2}
            maxLength={2000}
            required={needsNote}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        </label>
        <button type="submit" className="main" disabled={isSet}>
          {isSet ? words.disposition.isSet : words.disposition.set}
        </button>
      </fieldset>
    </form>
  );
}

interface WrapUpProps {
  wrapping: Wrapping[];
  known: Dispositions;
  able: boolean;
  act: Do;
}

/** The contacts that are being wrapped up, where their queues ask what they were about. */
export function WrapUp({ wrapping, known, able, act }: WrapUpProps) {
  const words = useWords();
  const asked = wrapping.filter(({ queue }) => Object.keys(known[queue] ?? {}).length > 0);
  if (asked.length === 0) return null;
  return (
    <section className="contact wrapping" aria-label={words.disposition.title}>
      {asked.map((one) => (
        <DispositionForm key={one.contact} about={one} known={known} able={able} act={act} />
      ))}
    </section>
  );
}
