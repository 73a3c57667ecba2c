// Certificates: what ends soon, and a new last day for several at once.

import { useState } from "react";
import { certificatesIn, dayAt, isAmong, later, type Within } from "../certificates";
import { at } from "../draft";
import { skillsOf, useForm } from "../editing";
import { useWords } from "../words/words";

const PAGE = 100;
const SOON = [30, 60, 90, 180] as const;
const YEAR = 365;

export function Certificates() {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const { certificates } = words;
  const today = dayAt(String(editing.mine.time_zone ?? "UTC"), new Date());
  const [filter, setFilter] = useState("");
  const [skill, setSkill] = useState("");
  const [within, setWithin] = useState<Within>("dated");
  const [chosen, setChosen] = useState<string[]>([]);
  const [day, setDay] = useState(later(today, YEAR));
  const text = (agent: string) =>
    [agent, ...["display_name", "team", "vendor"].map((field) => at(editing.mine, ["agents", agent, field]) ?? "")]
      .join(" ")
      .toLowerCase();
  const found = certificatesIn(editing.mine).filter(
    (one) =>
      (!skill || one.skill === skill) &&
      isAmong(one, within, today) &&
      text(one.agent).includes(filter.trim().toLowerCase()),
  );
  const shown = found.slice(0, PAGE);
  const picked = shown.filter((one) => chosen.includes(keyOf(one)));
  const choose = (keys: string[], on: boolean) =>
    setChosen(on ? [...new Set([...chosen, ...keys])] : chosen.filter((key) => !keys.includes(key)));
  const extend = () => {
    for (const one of picked) editing.set(["agents", one.agent, "certified_until", one.skill], day);
    setChosen([]);
  };
  return (
    <section aria-label={words.rooms.certificates}>
      <p className="hint">{certificates.hint}</p>
      <div className="bar">
        <input
          type="search"
          aria-label={words.filter}
          placeholder={words.skills.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <select aria-label={certificates.skill} value={skill} onChange={(event) => setSkill(event.target.value)}>
          <option value="">{certificates.allSkills}</option>
          {skillsOf(editing.mine.agents).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <select
          aria-label={certificates.which}
          value={String(within)}
          onChange={(event) => setWithin(withinOf(event.target.value))}
        >
          <option value="dated">{certificates.dated}</option>
          {SOON.map((days) => (
            <option key={days} value={days}>
              {certificates.within(days)}
            </option>
          ))}
          <option value="over">{certificates.over}</option>
          <option value="all">{certificates.all}</option>
        </select>
        <output>{certificates.count(found.length)}</output>
      </div>
      {mayChange && (
        <form
          className="bar"
          onSubmit={(event) => {
            event.preventDefault();
            extend();
          }}
        >
          <label>
            {certificates.until}{" "}
            <input type="date" required value={day} onChange={(event) => setDay(event.target.value)} />
          </label>
          <button type="submit" disabled={picked.length === 0 || !day}>
            {certificates.extend(picked.length)}
          </button>
        </form>
      )}
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {mayChange && (
                <th scope="col">
                  <input
                    type="checkbox"
                    aria-label={certificates.chooseAll}
                    checked={shown.length > 0 && picked.length === shown.length}
                    onChange={(event) => choose(shown.map(keyOf), event.target.checked)}
                  />
                </th>
              )}
              {[words.agent, certificates.skill, certificates.level, certificates.until].map((one) => (
                <th key={one} scope="col">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={keyOf(one)}>
                {mayChange && (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`${one.agent} ${one.skill}`}
                      checked={chosen.includes(keyOf(one))}
                      onChange={(event) => choose([keyOf(one)], event.target.checked)}
                    />
                  </td>
                )}
                <th scope="row">
                  <a href={`#agents/${encodeURIComponent(one.agent)}`}>{one.agent}</a>{" "}
                  <span className="quiet">{String(at(editing.mine, ["agents", one.agent, "display_name"]) ?? "")}</span>
                </th>
                <td>{one.skill}</td>
                <td>{String(at(editing.mine, ["agents", one.agent, "skills", one.skill]) ?? "")}</td>
                <td>
                  {one.until || certificates.forever}{" "}
                  {isAmong(one, "over", today) && <span className="problem">{certificates.over}</span>}
                  {isAmong(one, SOON[0], today) && <span className="warning">{certificates.soon}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length > PAGE && <p className="hint">{words.more(found.length - PAGE)}</p>}
    </section>
  );
}

function keyOf({ agent, skill }: { agent: string; skill: string }): string {
  return JSON.stringify([agent, skill]);
}

function withinOf(value: string): Within {
  return value === "all" || value === "dated" || value === "over" ? value : Number(value);
}
