// All flows, and the ways to begin another.

import { type ChangeEvent, type FormEvent, useState } from "react";
import { read } from "./document";
import type { Draft, Overview } from "./draft";
import { fresh, TEMPLATES, type Template } from "./templates";
import { useWords } from "./words/words";

export const NAME = /^[a-z][a-z0-9_]*$/;

interface FlowListProps {
  overview: Overview[];
  onOpen: (flow: string) => void;
  onNew: (flow: string, draft: Draft) => void;
  onCopy: (flow: string, copied: string) => void;
  onImport: (flow: string, source: string) => void;
}

export function FlowList({ overview, onOpen, onNew, onCopy, onImport }: FlowListProps) {
  const words = useWords();
  return (
    <main className="flows">
      <h1>{words.list.title}</h1>
      <ul className="cards">
        {overview.map((one) => (
          <li key={one.flow}>
            <button type="button" onClick={() => onOpen(one.flow)}>
              <strong>{one.flow}</strong>
              <span>{one.in_force ? words.list.inForce(one.in_force.number) : words.list.notInForce}</span>
              {one.draft && <span className="badge">{words.list.draft(one.draft.author)}</span>}
              {one.canary && <span className="badge">{words.list.onTrial}</span>}
            </button>
          </li>
        ))}
      </ul>
      <NewFlow overview={overview} onNew={onNew} onCopy={onCopy} />
      <Import onImport={onImport} />
    </main>
  );
}

function NewFlow({ overview, onNew, onCopy }: Omit<FlowListProps, "onOpen" | "onImport">) {
  const words = useWords();
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [name, start] = [String(form.get("name")), String(form.get("template"))];
    const copied = start.match(/^copy (.*)/)?.[1];
    if (copied) onCopy(name, copied);
    else onNew(name, { source: fresh(name, start as Template), tests: {} });
  };
  return (
    <form className="panel new" onSubmit={begin} aria-labelledby="new-flow">
      <h2 id="new-flow">{words.list.new}</h2>
      <label>
        <span>{words.list.name}</span>
        <input name="name" required pattern="[a-z][a-z0-9_]*" maxLength={64} title={words.list.nameRule} />
      </label>
      <label>
        <span>{words.list.template}</span>
        <select name="template">
          {TEMPLATES.map((one) => (
            <option key={one} value={one}>
              {words.templates[one]}
            </option>
          ))}
          {overview
            .filter((one) => one.newest)
            .map(({ flow }) => (
              <option key={flow} value={`copy ${flow}`}>
                {words.list.copyOf(flow)}
              </option>
            ))}
        </select>
      </label>
      <button type="submit" className="main">
        {words.list.create}
      </button>
    </form>
  );
}

/** A file becomes a draft that is not saved: of a new flow, or of the one of that name. */
function Import({ onImport }: Pick<FlowListProps, "onImport">) {
  const words = useWords();
  const [problem, setProblem] = useState("");
  const take = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    if (!file) return;
    const source = await file.text();
    const named = read(source).flow?.name;
    const name = typeof named === "string" ? named : file.name.replace(/\.ya?ml$/, "");
    setProblem(NAME.test(name) ? "" : words.list.badFile);
    if (NAME.test(name)) onImport(name, source);
  };
  return (
    <section className="panel new">
      <label>
        <span>{words.list.import}</span>
        <input type="file" accept=".yaml,.yml" onChange={take} />
      </label>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}
