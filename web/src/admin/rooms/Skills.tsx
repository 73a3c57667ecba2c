// Who has which skill: agents by skills, each cell a proficiency, with the end of the certificate where there is one.

import { useState } from "react";
import { AddName } from "../AddName";
import { at, isMap } from "../draft";
import { skillsOf, useForm } from "../editing";
import { Found } from "../Found";
import { useWords } from "../words/words";

const LEVELS = [1, 2, 3, 4, 5];
const PAGE = 100;

export function Skills() {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const [added, setAdded] = useState<string[]>([]);
  const [filter, setFilter] = useState("");
  const [page, setPage] = useState(0);
  const agents = isMap(editing.mine.agents) ? Object.keys(editing.mine.agents) : [];
  const skills = [...new Set([...skillsOf(editing.mine.agents), ...added])];
  const wanted = filter.trim().toLowerCase();
  const text = (agent: string) =>
    ["display_name", "team", "vendor"].map((field) => at(editing.mine, ["agents", agent, field]) ?? "");
  const found = agents.filter((agent) => `${agent} ${text(agent).join(" ")}`.toLowerCase().includes(wanted));
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const here = Math.min(page, pages - 1);
  return (
    <section aria-label={words.rooms.skills}>
      <p className="hint">{words.skills.hint}</p>
      <div className="bar">
        <input
          type="search"
          aria-label={words.filter}
          placeholder={words.skills.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        {mayChange && (
          <AddName label={words.addOne.skills ?? ""} taken={skills} onAdd={(skill) => setAdded([...added, skill])} />
        )}
        {pages > 1 && (
          <>
            <button type="button" disabled={here === 0} onClick={() => setPage(here - 1)}>
              {words.before}
            </button>
            <span>{words.pageOf(here + 1, pages)}</span>
            <button type="button" disabled={here === pages - 1} onClick={() => setPage(here + 1)}>
              {words.next}
            </button>
          </>
        )}
      </div>
      <div className="scroll">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{words.agent}</th>
              {skills.map((skill) => (
                <th key={skill} scope="col">
                  {skill}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.slice(here * PAGE, (here + 1) * PAGE).map((agent) => (
              <tr key={agent}>
                <th scope="row">
                  {agent}{" "}
                  <span className="quiet">{String(at(editing.mine, ["agents", agent, "display_name"]) ?? "")}</span>
                </th>
                {skills.map((skill) => (
                  <Cell key={skill} agent={agent} skill={skill} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ agent, skill }: { agent: string; skill: string }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const level = ["agents", agent, "skills", skill];
  const until = ["agents", agent, "certified_until", skill];
  const value = at(editing.mine, level);
  const end = at(editing.mine, until);
  const set = (typed: string) => {
    editing.set(level, typed ? Number(typed) : undefined);
    if (!typed && end !== undefined) editing.set(until, undefined);
  };
  return (
    <td>
      <select
        aria-label={`${agent} ${skill}`}
        disabled={!mayChange}
        value={value === undefined ? "" : String(value)}
        onChange={(event) => set(event.target.value)}
      >
        <option value="">–</option>
        {LEVELS.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
        {value !== undefined && !LEVELS.includes(Number(value)) && (
          <option value={String(value)}>{String(value)}</option>
        )}
      </select>
      {value !== undefined && (
        <input
          type={end === undefined || /^\d{4}-\d\d-\d\d$/.test(String(end)) ? "date" : "text"}
          aria-label={words.skills.until(agent, skill)}
          title={words.skills.until(agent, skill)}
          readOnly={!mayChange}
          value={end === undefined ? "" : String(end)}
          onChange={(event) => editing.set(until, event.target.value || undefined)}
        />
      )}
      <Found path={level} />
      <Found path={until} />
    </td>
  );
}
