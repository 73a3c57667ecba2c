// What is done with a flow as a whole: undo, save, publish.

import { useState } from "react";
import type { Broken } from "./document";
import type { Basis, Draft, Found, Library, Overview } from "./draft";
import { basisOf, type Try } from "./EditorPage";
import type { Past } from "./history";
import { useWords } from "./words/words";

interface RoomBarProps {
  name: string;
  draft: Draft;
  saved: Draft | null;
  isSaved: boolean;
  basis: Basis;
  found: Found & { isNew: boolean };
  broken: Broken | null;
  past: Past<Draft>;
  flows: Library;
  attempt: Try;
  refresh: () => Promise<Overview[] | null>;
  onUndo: () => void;
  onRedo: () => void;
  onSaved: (draft: Draft) => void;
  onOpen: (flow: string) => void;
  onClose: () => void;
}

export function RoomBar(props: RoomBarProps) {
  const { name, draft, isSaved, found, broken, past, flows, attempt, refresh, onSaved, onOpen, onClose } = props;
  const words = useWords();
  const [basis, setBasis] = useState(props.basis);
  const [message, setMessage] = useState("");
  const [force, setForce] = useState("");
  const [news, setNews] = useState("");
  const [conflict, setConflict] = useState("");
  const [refused, setRefused] = useState<{ draft: Draft; doubts: string[] } | null>(null);
  const tested = refused?.draft === draft ? refused.doubts : [];
  const doubts = tested.length > 0 ? tested : found.doubtful.map((one) => one.text);

  /** Save the draft; null looks at nothing that others did. */
  const save = async (on: Basis | null) => {
    const answer = await flows.save(name, draft, on, message);
    if (!answer.ok && answer.failure.code === "changed") {
      setConflict(answer.failure.message);
      return false;
    }
    const told = await attempt(Promise.resolve(answer));
    if (!told) return false;
    setConflict("");
    onSaved(draft);
    setBasis(basisOf((await refresh())?.find((one) => one.flow === name)));
    setNews(words.bar.saved);
    return true;
  };
  const publish = async () => {
    if (!(await save(basis))) return;
    const answer = await flows.publish(name, message, doubts.length > 0 ? force : "");
    if (!answer.ok) {
      const doubts = (answer.failure.problems ?? []) as { text: string }[];
      setRefused({ draft, doubts: doubts.map((one) => one.text) });
    }
    const told = await attempt(Promise.resolve(answer));
    if (!told) return;
    setBasis(basisOf((await refresh())?.find((one) => one.flow === name)));
    const publication = told.published.find((one) => one.flow === name);
    setNews(publication ? words.bar.published(publication.number) : words.bar.unchanged);
    setRefused(null);
    setMessage("");
    setForce("");
  };
  const leave = () => {
    if (isSaved || window.confirm(words.list.notSaved)) onClose();
  };

  const why = broken
    ? words.bar.noText
    : found.isNew
      ? words.bar.checking
      : found.broken.length > 0
        ? words.bar.broken(found.broken.length)
        : doubts.length > 0 && !force
          ? words.bar.doubtful(doubts.length)
          : "";
  return (
    <section className="bar" aria-label={name}>
      <button type="button" onClick={leave}>
        {words.list.all}
      </button>
      <h1>{name}</h1>
      <span className="quiet">{isSaved ? words.bar.same : words.bar.unsaved}</span>
      <button type="button" disabled={past.before.length === 0} onClick={props.onUndo}>
        {words.bar.undo}
      </button>
      <button type="button" disabled={past.after.length === 0} onClick={props.onRedo}>
        {words.bar.redo}
      </button>
      <input
        className="message"
        aria-label={words.bar.message}
        placeholder={words.bar.message}
        value={message}
        maxLength={500}
        onChange={(event) => setMessage(event.target.value)}
      />
      {doubts.length > 0 && found.broken.length === 0 && (
        <input
          aria-label={words.bar.force}
          placeholder={words.bar.force}
          value={force}
          maxLength={500}
          onChange={(event) => setForce(event.target.value)}
        />
      )}
      <button type="button" onClick={() => save(basis)} disabled={isSaved && props.saved !== null}>
        {words.bar.save}
      </button>
      <button type="button" className="main" disabled={why !== ""} aria-describedby="why-not" onClick={publish}>
        {words.bar.publish}
      </button>
      <Export name={name} source={draft.source} />
      {basis.draft > 0 && (
        <button
          type="button"
          onClick={async () => {
            await attempt(flows.drop(name));
            onClose();
          }}
        >
          {words.bar.drop}
        </button>
      )}
      <span id="why-not" className="problem">
        {why}
      </span>
      <output>{isSaved ? news : ""}</output>
      {tested.length > 0 && (
        <ul className="problem told">
          {tested.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
      {conflict && (
        <p className="problem told" role="alert">
          {words.bar.conflict} {conflict}{" "}
          <button type="button" onClick={() => onOpen(name)}>
            {words.bar.theirs}
          </button>{" "}
          <button type="button" onClick={() => save(null)}>
            {words.bar.mine}
          </button>
        </p>
      )}
    </section>
  );
}

function Export({ name, source }: { name: string; source: string }) {
  const { bar } = useWords();
  const hand = () => {
    const address = URL.createObjectURL(new Blob([source], { type: "application/yaml" }));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}.yaml`;
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <button type="button" onClick={hand}>
      {bar.export}
    </button>
  );
}
