// One node as a form, and what can be done with it as a whole.

import { useState } from "react";
import { freeName, referring } from "./document";
import { NAME } from "./FlowList";
import { useGround } from "./ground";
import { Members } from "./SchemaField";
import { isFields, schemaOf } from "./schema";
import { useWords } from "./words/words";

interface NodeFormProps {
  name: string;
  onRename: (section: "nodes" | "texts", old: string, name: string) => void;
  onSelect: (name: string) => void;
}

export function NodeForm({ name, onRename, onSelect }: NodeFormProps) {
  const words = useWords();
  const { root, flow, change, problems } = useGround();
  const nodes = isFields(flow.nodes) ? flow.nodes : {};
  const node = nodes[name];
  if (!name || !isFields(node)) return <p className="quiet">{words.form.none}</p>;
  const schema = schemaOf(node.type, root);
  const type = String(node.type);
  const own = problems.filter((one) => one.node === name && (one.field === "" || one.field === "type"));
  const led = [...new Set(referring(flow, root, "nodes", name).map(({ path }) => String(path[1] ?? path[0])))];
  const copy = () => {
    const fresh = freeName(name, nodes);
    change(["nodes", fresh], node);
    onSelect(fresh);
  };
  return (
    <section className="node-form" aria-labelledby="node-name">
      <h2 id="node-name">
        {name} <span className="quiet">{words.graph.types[type] ?? type}</span>
      </h2>
      <Renaming key={name} name={name} taken={nodes} onRename={(fresh) => onRename("nodes", name, fresh)} />
      <div className="buttons">
        <button type="button" onClick={copy}>
          {words.form.copy}
        </button>
        <button type="button" disabled={flow.start === name} onClick={() => change(["start"], name)}>
          {words.form.makeStart}
        </button>
        <button
          type="button"
          onClick={() => {
            change(["nodes", name], undefined);
            onSelect("");
          }}
        >
          {words.form.remove}
        </button>
      </div>
      {led.length > 0 && <p className="quiet">{words.form.referred(led.join(", "))}</p>}
      {own.map((one) => (
        <p key={one.text} className="problem">
          {words.problems.told(one.what, one.how_to_mend)}
        </p>
      ))}
      <Members key={name} schema={schema} fields={node} path={["nodes", name]} without={["type"]} />
      {schema.description && (
        <details>
          <summary>{words.form.about}</summary>
          <pre lang="en">{schema.description.replace(/\n {4}/g, "\n")}</pre>
        </details>
      )}
    </section>
  );
}

interface RenamingProps {
  name: string;
  taken: object;
  onRename: (name: string) => void;
}

/** A name that all references follow. */
export function Renaming({ name, taken, onRename }: RenamingProps) {
  const { form } = useWords();
  const [typed, setTyped] = useState(name);
  const isGood = typed === name || (NAME.test(typed) && !(typed in taken));
  return (
    <form
      className="adding"
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood && typed !== name) onRename(typed);
      }}
    >
      <input
        aria-label={`${form.name}: ${name}`}
        aria-invalid={!isGood}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit" disabled={!isGood || typed === name}>
        {form.rename}
      </button>
      {!isGood && <span className="problem">{form.taken}</span>}
    </form>
  );
}
