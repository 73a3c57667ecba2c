// What is asked of an agent.

import { useId } from "react";
import type { Path } from "./draft";
import { useForm, useRoot, useValue } from "./editing";
import { Found } from "./Found";
import { MapField } from "./MapField";
import { kindsOf, type Schema } from "./schema";
import { useWords } from "./words/words";

/** What a queue or a step asks of an agent: skills with the least proficiency, or an expression. */
export function Needs({ path, schema }: { path: Path; schema: Schema }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const id = useId();
  const way = typeof value === "string" ? "expression" : value === undefined || value === null ? "nothing" : "skills";
  const root = useRoot();
  const kind = kindsOf(schema, root).find((one) => one.is === "map");
  const begin = { nothing: undefined, skills: {}, expression: "" };
  const { label } = words.field("needs");
  return (
    <fieldset className="group">
      <legend>{label}</legend>
      <div className="field">
        <label htmlFor={id}>{words.needs.way}</label>
        <select
          id={id}
          disabled={!mayChange}
          value={way}
          onChange={(event) => editing.set(path, begin[event.target.value as keyof typeof begin])}
        >
          {(["nothing", "skills", "expression"] as const).map((one) => (
            <option key={one} value={one}>
              {words.needs[one]}
            </option>
          ))}
        </select>
      </div>
      {way === "skills" && kind?.is === "map" && <MapField path={path} of={kind.of} labelled={false} />}
      {way === "expression" && (
        <textarea
          aria-label={words.needs.expression}
          rows={2}
          readOnly={!mayChange}
          value={String(value)}
          onChange={(event) => editing.set(path, event.target.value)}
        />
      )}
      <Found path={path} within={way === "expression"} />
    </fieldset>
  );
}
