// Teams, or vendors: their members, which queues name them, and their names, which are changed everywhere at once.

import { useState } from "react";
import { AddName } from "../AddName";
import { at, isMap } from "../draft";
import { useForm } from "../editing";
import { type Group, groupsIn, type Named, renamed, type Use } from "../groups";
import { useWords } from "../words/words";

export function Groups({ group }: { group: Group }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const [begun, setBegun] = useState<string[]>([]);
  const found = groupsIn(editing.mine, group);
  const empty = begun.filter((name) => !found.some((one) => one.name === name));
  const all = [...found, ...empty.map((name) => ({ name, members: [], uses: [] }))];
  return (
    <section aria-label={words.groups[group].title}>
      <p className="hint">{words.groups[group].hint}</p>
      {all.length === 0 && <p>{words.nothing}</p>}
      {all.map((one) => (
        <OneGroup key={one.name} group={group} of={one} taken={all.map(({ name }) => name)} />
      ))}
      {mayChange && (
        <AddName
          label={words.groups[group].add}
          taken={all.map(({ name }) => name)}
          onAdd={(name) => setBegun([...begun, name])}
        />
      )}
    </section>
  );
}

function OneGroup({ group, of, taken }: { group: Group; of: Named; taken: string[] }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const { groups } = words;
  const agents = isMap(editing.mine.agents) ? Object.keys(editing.mine.agents) : [];
  return (
    <section className="part" aria-label={of.name}>
      <div className="head">
        <h2>
          {of.name} <span className="quiet">{groups.count(of.members.length)}</span>
        </h2>
        {mayChange && of.members.length + of.uses.length > 0 && <Rename group={group} name={of.name} taken={taken} />}
      </div>
      <ul className="members" aria-label={groups.members}>
        {of.members.map((agent) => (
          <li key={agent}>
            <a href={`#agents/${encodeURIComponent(agent)}`}>{agent}</a>{" "}
            <span className="quiet">{String(at(editing.mine, ["agents", agent, "display_name"]) ?? "")}</span>
            {mayChange && (
              <button
                type="button"
                aria-label={groups.takeOut(agent)}
                title={groups.takeOut(agent)}
                onClick={() => editing.set(["agents", agent, group], undefined)}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <AddMember
          label={groups.addMember(of.name)}
          agents={agents.filter((agent) => !of.members.includes(agent))}
          onAdd={(agent) => editing.set(["agents", agent, group], of.name)}
        />
      )}
      <p>
        <span className="quiet">{groups.namedBy}</span> {of.uses.length === 0 && words.none}
        {of.uses.map((use) => (
          <Used key={`${use.queue} ${use.step}`} use={use} />
        ))}
      </p>
    </section>
  );
}

function Used({ use }: { use: Use }) {
  const { groups } = useWords();
  const where = use.step === null ? groups.inNeeds(use.queue) : groups.inStep(use.queue, use.step + 1);
  return (
    <a className="chip" href={`#queues/${encodeURIComponent(use.queue)}`}>
      {where}
    </a>
  );
}

/** An agent that there is, and no other, may be put into a group. */
function AddMember({ label, agents, onAdd }: { label: string; agents: string[]; onAdd: (agent: string) => void }) {
  const { editing } = useForm();
  if (agents.length === 0) return null;
  return (
    <select aria-label={label} value="" onChange={(event) => onAdd(event.target.value)}>
      <option value="">{label}</option>
      {agents.map((agent) => (
        <option key={agent} value={agent}>
          {`${agent} ${at(editing.mine, ["agents", agent, "display_name"]) ?? ""}`}
        </option>
      ))}
    </select>
  );
}

/** Into a name that another group has, both become one. */
function Rename({ group, name, taken }: { group: Group; name: string; taken: string[] }) {
  const { groups } = useWords();
  const { editing } = useForm();
  const [typed, setTyped] = useState(name);
  const wanted = typed.trim();
  const joins = wanted !== name && taken.includes(wanted);
  const rename = () => {
    const { agents, queues } = renamed(editing.mine, group, name, wanted);
    if (agents !== undefined) editing.set(["agents"], agents);
    if (queues !== undefined) editing.set(["queues"], queues);
  };
  return (
    <form
      className="bar"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted && wanted !== name) rename();
      }}
    >
      <input
        type="text"
        aria-label={groups.newName(name)}
        maxLength={64}
        value={typed}
        onChange={(event) => setTyped(event.target.value.replaceAll("'", ""))}
      />
      <button type="submit" disabled={!wanted || wanted === name}>
        {joins ? groups.join : groups.rename}
      </button>
    </form>
  );
}
