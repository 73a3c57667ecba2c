// The head of a flow, and all its texts.

import { useState } from "react";
import { freeName, referring } from "./document";
import { NAME } from "./FlowList";
import { useGround } from "./ground";
import { Renaming } from "./NodeForm";
import { Members } from "./SchemaField";
import { TextWords } from "./SchemaInput";
import { isFields } from "./schema";
import { useWords } from "./words/words";

export function FlowForm({ onRename }: { onRename: (section: "nodes" | "texts", old: string, name: string) => void }) {
  const { form } = useWords();
  const { root, flow } = useGround();
  const texts = isFields(flow.texts) ? flow.texts : {};
  return (
    <section className="node-form">
      <Members schema={root} fields={flow} path={[]} without={["name", "nodes", "texts"]} />
      <h2>{form.texts}</h2>
      {Object.keys(texts).map((name) => (
        <Text key={name} name={name} onRename={(fresh) => onRename("texts", name, fresh)} />
      ))}
      <NewText />
    </section>
  );
}

function Text({ name, onRename }: { name: string; onRename: (name: string) => void }) {
  const { form } = useWords();
  const { root, flow, change } = useGround();
  const isUsed = referring(flow, root, "texts", name).length > 0;
  return (
    <details className="text">
      <summary>{name}</summary>
      <TextWords name={name} />
      <Renaming name={name} taken={isFields(flow.texts) ? flow.texts : {}} onRename={onRename} />
      <button type="button" disabled={isUsed} onClick={() => change(["texts", name], undefined)}>
        {form.remove}
      </button>
    </details>
  );
}

function NewText() {
  const { form } = useWords();
  const { flow, change } = useGround();
  const [name, setName] = useState("");
  const add = () => {
    if (!NAME.test(name)) return;
    const languages = Array.isArray(flow.languages) ? flow.languages.map(String) : [];
    const fresh = freeName(name, isFields(flow.texts) ? flow.texts : {});
    change(["texts", fresh], Object.fromEntries(languages.map((language) => [language, ""])));
    setName("");
  };
  return (
    <div className="adding">
      <input
        aria-label={form.newText}
        value={name}
        spellCheck={false}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="button" onClick={add}>
        {form.newText}
      </button>
    </div>
  );
}
