// A section of names with their settings: choose one on the left, change it on the right.

import { type ReactNode, useState } from "react";
import { AddName } from "../AddName";
import type { Finding } from "../asked";
import { at, dotted, isMap, type Path } from "../draft";
import { isWithin, useForm, useNames, useSuggestions } from "../editing";
import { Field, Fields } from "../Field";
import { Found } from "../Found";
import { kindsOf, schemaAt, typedNumber } from "../schema";
import { useWords } from "../words/words";

const MOST_SHOWN = 200;

export interface Part {
  title: string;
  /** The fields of this part, or a form of its own. */
  fields?: readonly string[];
  form?: (path: Path) => ReactNode;
}

interface EntriesProps {
  section: string;
  chosen: string;
  onChoose: (name: string) => void;
  /** The parts of the form, those of a field that is in none come last. */
  parts?: readonly Part[];
}

export function Entries({ section, chosen, onChoose, parts = [] }: EntriesProps) {
  const words = useWords();
  const { editing, mayChange, findings } = useForm();
  const [filter, setFilter] = useState("");
  const names = useNames(section);
  const wanted = filter.trim().toLowerCase();
  const fits = (name: string) => `${name} ${nameOf(at(editing.mine, [section, name]))}`.toLowerCase().includes(wanted);
  const found = wanted ? names.filter(fits) : names;
  const open = names.includes(chosen) ? chosen : "";
  return (
    <div className="entries">
      <div className="choose">
        <input
          type="search"
          aria-label={words.filter}
          placeholder={words.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <ul>
          {found.slice(0, MOST_SHOWN).map((name) => (
            <li key={name}>
              <button type="button" aria-current={name === open} onClick={() => onChoose(name)}>
                <span>{name}</span>
                <span className="quiet">{nameOf(at(editing.mine, [section, name]))}</span>
                <Marked of={findings} path={[section, name]} />
              </button>
            </li>
          ))}
        </ul>
        {found.length > MOST_SHOWN && <p className="hint">{words.more(found.length - MOST_SHOWN)}</p>}
        {mayChange && (
          <AddName
            label={words.addOne[section] ?? words.add("")}
            taken={names}
            onAdd={(name) => {
              editing.set([section, name], section === "agents" ? { skills: {} } : {});
              onChoose(name);
            }}
          />
        )}
      </div>
      {open ? (
        <Entry key={open} section={section} name={open} parts={parts} />
      ) : (
        <p className="hint">{words.chooseOne}</p>
      )}
    </div>
  );
}

function nameOf(entry: unknown): string {
  return isMap(entry) ? String(entry.display_name ?? entry.name ?? "") : "";
}

function Marked({ of, path }: { of: Finding[]; path: Path }) {
  const words = useWords();
  const here = dotted(path);
  const mine = of.filter((one) => one.path === here || isWithin(one.path, here));
  if (mine.length === 0) return null;
  const bad = mine.some((one) => one.severity === "error");
  return <span className={bad ? "problem" : "warning"}>{bad ? words.mark.error : words.mark.warning}</span>;
}

function Entry({ section, name, parts }: { section: string; name: string; parts: readonly Part[] }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const path: Path = [section, name];
  const schema = schemaAt(editing.schema, path);
  const kind = schema && kindsOf(schema, editing.schema)[0];
  const all = kind?.is === "fields" ? Object.keys(kind.fields) : [];
  const taken = parts.flatMap((part) => part.fields ?? []);
  const rest = all.filter((field) => !taken.includes(field));
  return (
    <section className="entry" aria-label={name}>
      <div className="head">
        <h2>{name}</h2>
        {mayChange && isMap(at(editing.mine, path)) && (
          <button type="button" onClick={() => editing.set(path, undefined)}>
            {words.removeThis(name)}
          </button>
        )}
      </div>
      <Found path={path} />
      {parts.map((part) => (
        <PartForm key={part.title} part={part} path={path} />
      ))}
      {rest.length > 0 && <Fields path={path} only={rest} />}
    </section>
  );
}

function PartForm({ part, path }: { part: Part; path: Path }) {
  return (
    <section className="part" aria-label={part.title}>
      <h3>{part.title}</h3>
      {part.form?.(path) ?? <Fields path={path} only={part.fields ?? []} />}
    </section>
  );
}

/** Sections that are one form each. */
export function Sections({ names }: { names: readonly string[] }) {
  return (
    <div className="sections">
      {names.map((name) => (
        <Field key={name} path={[name]} />
      ))}
    </div>
  );
}

/** By tier of the customer, the seconds of age that each queue gives for free. */
export function HeadStarts() {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const queues = useNames("queues");
  const tiers = useSuggestions("tier");
  if (tiers.length === 0 || queues.length === 0) return null;
  return (
    <section className="part" aria-label={words.headStarts}>
      <h2>{words.headStarts}</h2>
      <p className="hint">{words.headStartsHint}</p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.queue}</th>
              {tiers.map((tier) => (
                <th key={tier} scope="col">
                  {tier}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <tr key={queue}>
                <th scope="row">{queue}</th>
                {tiers.map((tier) => {
                  const path = ["queues", queue, "head_starts", tier];
                  const value = at(editing.mine, path);
                  return (
                    <td key={tier}>
                      <input
                        type="text"
                        inputMode="decimal"
                        className="number"
                        aria-label={`${queue} ${tier}`}
                        readOnly={!mayChange}
                        value={value === undefined ? "" : String(value)}
                        onChange={(event) => editing.set(path, typedNumber(event.target.value))}
                      />
                      <Found path={path} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
