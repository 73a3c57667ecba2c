// A field of names with their values.

import { useId } from "react";
import { AddName } from "./AddName";
import { at, isMap, type Path, type Plain } from "./draft";
import { useFindings, useForm, useRoot, useSuggestions, useValue } from "./editing";
import { Found, faultText } from "./Found";
import { faultOf, kindsOf, resolved, type Schema, typedNumber } from "./schema";
import { useWords } from "./words/words";

/** Names with values, each a row; a list stands with commas between. */
export function MapField({ path, of, labelled = true }: { path: Path; of: Schema; labelled?: boolean }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const { label, hint } = words.field(String(path.at(-1)), String(path[0]));
  const known = useSuggestions(String(path.at(-1)));
  const names = isMap(value) ? Object.keys(value) : [];
  return (
    <fieldset className="group map">
      {labelled && <legend>{label}</legend>}
      {hint && <p className="hint">{hint}</p>}
      {names.map((name) => (
        <MapRow key={name} path={[...path, name]} of={of} value={at(value, [name])} />
      ))}
      {mayChange && (
        <AddName
          label={words.addOne[String(path.at(-1))] ?? words.add(label)}
          known={known}
          taken={names}
          onAdd={(name) => editing.set([...path, name], firstOf(of, editing.schema))}
        />
      )}
    </fieldset>
  );
}

/** What a new row begins with. */
function firstOf(schema: Schema, root: Schema): Plain {
  const kind = kindsOf(schema, root)[0];
  if (kind?.is === "number") return resolved(schema, root).minimum ?? 0;
  return kind?.is === "fields" ? {} : "";
}

function MapRow({ path, of, value }: { path: Path; of: Schema; value: Plain | undefined }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const root = useRoot();
  const [id, told] = [useId(), useId()];
  const kinds = kindsOf(of, root);
  const fault = faultOf(of, value, root);
  const findings = useFindings(path, true);
  const set = (typed: string) => {
    if (kinds[0]?.is === "number") editing.set(path, typedNumber(typed) ?? "");
    else if (kinds.some((kind) => kind.is === "list") && typed.includes(","))
      editing.set(
        path,
        typed.split(",").map((one) => one.trimStart()),
      );
    else editing.set(path, typed);
  };
  const wrong = findings.some((one) => one.severity === "error") || fault !== undefined;
  return (
    <div className="row" data-wrong={wrong}>
      <label htmlFor={id}>{String(path.at(-1))}</label>
      <input
        id={id}
        type="text"
        className={kinds[0]?.is}
        aria-invalid={wrong}
        aria-describedby={told}
        readOnly={!mayChange}
        value={Array.isArray(value) ? value.join(", ") : String(value ?? "")}
        onChange={(event) => set(event.target.value)}
      />
      {mayChange && (
        <button
          type="button"
          onClick={() => editing.set(path, undefined)}
          aria-label={words.removeThis(String(path.at(-1)))}
        >
          ✕
        </button>
      )}
      <div id={told} className="told">
        {findings.length === 0 && fault && <p className="problem">{faultText(fault, words)}</p>}
        <Found path={path} within />
      </div>
    </div>
  );
}
