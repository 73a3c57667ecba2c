// What was changed here and is not in force yet: a look at it, and the way into force.

import { useState } from "react";
import type { Failure } from "../shared/api";
import type { Change, Finding } from "./asked";
import { Changes, Findings } from "./Changes";
import { Dialog } from "./Dialog";
import type { Editing } from "./useSettings";
import { useWords, type Words } from "./words/words";

export function SaveBar({ editing }: { editing: Editing }) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const [saved, setSaved] = useState(0);
  const { checked, changed } = editing;
  const errors = checked?.findings.filter((one) => one.severity === "error").length ?? 0;
  const close = (number: number) => {
    setOpen(false);
    setSaved(number);
  };
  return (
    <footer className="save" data-changed={changed}>
      <output>
        {changed
          ? checked
            ? words.review.summary(checked.changes.length, errors)
            : words.review.checking
          : saved
            ? words.review.saved(editing.inForce.number)
            : words.review.inForce(editing.inForce.number, editing.inForce.author)}
      </output>
      {changed && (
        <>
          <button type="button" onClick={editing.discard}>
            {words.review.discard}
          </button>
          <button type="button" className="main" disabled={!checked} onClick={() => setOpen(true)}>
            {words.review.open}
          </button>
        </>
      )}
      {open && <Review editing={editing} onClose={() => close(0)} onSaved={() => close(1)} />}
    </footer>
  );
}

function Review({ editing, onClose, onSaved }: { editing: Editing; onClose: () => void; onSaved: () => void }) {
  const words = useWords();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [both, setBoth] = useState<string[] | null>(null);
  const { checked } = editing;
  const errors = checked?.findings.some((one) => one.severity === "error") ?? false;
  const save = async () => {
    setBusy(true);
    const failure = await editing.save(note.trim());
    setBusy(false);
    setFailure(failure);
    if (!failure) onSaved();
  };
  const again = async () => {
    setBoth(await editing.renew(true));
    setFailure(null);
  };
  const conflict = failure?.code === "changed_meanwhile";
  return (
    <Dialog title={words.review.title} onClose={onClose}>
      {conflict ? (
        <Conflict failure={failure} onAgain={again} />
      ) : (
        <>
          {both && <p className="notice">{words.review.reapplied(editing.inForce.number)}</p>}
          {both && both.length > 0 && (
            <p className="problem">
              {words.review.both} <code>{both.join(", ")}</code>
            </p>
          )}
          <Changes of={checked?.changes ?? []} />
          <Findings of={checked?.findings ?? []} />
          {failure && <Refusal failure={failure} words={words} />}
          <label className="note">
            {words.review.note}
            <input type="text" maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
          </label>
          {errors && <p className="problem">{words.review.mend}</p>}
          <button type="button" className="main" disabled={busy || errors || !checked} onClick={save}>
            {words.review.save}
          </button>
        </>
      )}
    </Dialog>
  );
}

function Conflict({ failure, onAgain }: { failure: Failure; onAgain: () => void }) {
  const words = useWords();
  return (
    <div role="alert">
      <p className="problem">{words.review.conflict}</p>
      <p>{failure.message}</p>
      <h3>{words.review.theirs}</h3>
      <Changes of={(failure.problems as Change[] | undefined) ?? []} />
      <button type="button" className="main" onClick={onAgain}>
        {words.review.again}
      </button>
    </div>
  );
}

function Refusal({ failure, words }: { failure: Failure; words: Words }) {
  return (
    <div role="alert">
      <p className="problem">{failure.message || words.signIn.unreached}</p>
      {Array.isArray(failure.problems) && <Findings of={failure.problems as Finding[]} />}
    </div>
  );
}
