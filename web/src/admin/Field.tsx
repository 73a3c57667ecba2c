// A form made of the schema: one field for each thing that may be written.

import { type ReactNode, useId } from "react";
import { Suggestions } from "./AddName";
import { isMap, type Path, type Plain } from "./draft";
import { useFindings, useForm, useRoot, useSuggestions, useValue } from "./editing";
import { Found, faultText } from "./Found";
import { MapField } from "./MapField";
import { Needs } from "./Needs";
import { faultOf, isOptional, type Kind, kindsOf, resolved, type Schema, schemaAt, typedNumber } from "./schema";
import { useWords } from "./words/words";

/** The fields of what stands at the path: these, or all that there are. */
export function Fields({ path, only }: { path: Path; only?: readonly string[] }) {
  const root = useRoot();
  const schema = schemaAt(root, path);
  const kind = schema && kindsOf(schema, root)[0];
  if (kind?.is !== "fields") return null;
  const names = only ? only.filter((name) => name in kind.fields) : Object.keys(kind.fields);
  return (
    <div className="fields">
      {names.map((name) => (
        <Field key={name} path={[...path, name]} />
      ))}
    </div>
  );
}

/** One field, with its label, what is wrong with it, and what it is when nothing is written. */
export function Field({ path }: { path: Path }) {
  const root = useRoot();
  const value = useValue(path);
  const found = schemaAt(root, path);
  if (!found) return null;
  const schema = resolved(found, root);
  const kinds = kindsOf(schema, root);
  const kind = kinds.find((one) => fits(one, value)) ?? kinds.find((one) => one.is !== "map") ?? kinds[0];
  if (!kind) return null;
  if (path.at(-1) === "needs") return <Needs path={path} schema={schema} />;
  if (kind.is === "fields") return <Group path={path} optional={isOptional(schema)} />;
  if (kind.is === "map") return <MapField path={path} of={kind.of} />;
  if (kinds.some((one) => one.is === "list")) return <Lines path={path} alone={kinds.length > 1} />;
  return <Simple path={path} schema={schema} kind={kind} />;
}

function fits(kind: Kind, value: Plain | undefined): boolean {
  if (kind.is === "map" || kind.is === "fields") return isMap(value);
  return kind.is === "list" ? Array.isArray(value) : value !== undefined && !isMap(value) && !Array.isArray(value);
}

interface LabelledProps {
  path: Path;
  schema?: Schema;
  /** Whether what is found further within is shown here. */
  within?: boolean;
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}

function Labelled({ path, schema, within = false, children }: LabelledProps) {
  const words = useWords();
  const [id, told] = [useId(), useId()];
  const findings = useFindings(path, within);
  const value = useValue(path);
  const fault = faultOf(schema ?? {}, value, useRoot());
  const { label, hint } = words.field(String(path.at(-1)), String(path[0]));
  const wrong = findings.some((one) => one.severity === "error") || fault !== undefined;
  return (
    <div className="field" data-wrong={wrong}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": told, "aria-invalid": wrong })}
      <div id={told} className="told">
        {hint && <p className="hint">{hint}</p>}
        {findings.length === 0 && fault && <p className="problem">{faultText(fault, words)}</p>}
        <Found path={path} within={within} />
      </div>
    </div>
  );
}

function Simple({ path, schema, kind }: { path: Path; schema: Schema; kind: Kind }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const suggestions = useSuggestions(String(path.at(-1)));
  const list = useId();
  const set = (value: Plain | undefined) => editing.set(path, value);
  return (
    <Labelled path={path} schema={schema}>
      {(ids) => {
        if (kind.is === "yes") {
          const on = (value ?? schema.default) === true;
          return (
            <input
              type="checkbox"
              {...ids}
              disabled={!mayChange}
              checked={on}
              onChange={(event) => set(event.target.checked)}
            />
          );
        }
        if (kind.is === "choice") {
          return (
            <select
              {...ids}
              disabled={!mayChange}
              value={String(value ?? schema.default ?? "")}
              onChange={(event) => set(event.target.value || undefined)}
            >
              {isOptional(schema) && <option value="">{words.none}</option>}
              {kind.of.map((one) => (
                <option key={one} value={one}>
                  {words.values[one] ?? one}
                </option>
              ))}
            </select>
          );
        }
        const text = (typed: string) => set(kind.is === "number" ? typedNumber(typed) : typed || undefined);
        return (
          <>
            <input
              {...ids}
              type="text"
              inputMode={kind.is === "number" ? "decimal" : undefined}
              className={kind.is}
              readOnly={!mayChange}
              list={suggestions.length ? list : undefined}
              placeholder={placeholderOf(schema)}
              value={value === undefined || value === null ? "" : String(value)}
              onChange={(event) => text(event.target.value)}
            />
            {suggestions.length > 0 && <Suggestions id={list} of={suggestions} />}
          </>
        );
      }}
    </Labelled>
  );
}

function placeholderOf(schema: Schema): string | undefined {
  const usual = schema.default;
  return usual === undefined || usual === null || isMap(usual) ? undefined : String(usual);
}

/** Several texts, one a line; where one may stand `alone`, a single one does. */
function Lines({ path, alone }: { path: Path; alone: boolean }) {
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const text = Array.isArray(value) ? value.join("\n") : value === undefined ? "" : String(value);
  const set = (typed: string) => {
    const lines = typed.split("\n");
    if (typed === "") editing.set(path, undefined);
    else editing.set(path, alone && lines.length === 1 ? typed : lines);
  };
  return (
    <Labelled path={path} within>
      {(ids) => (
        <textarea
          {...ids}
          rows={Math.max(1, Math.min(6, text.split("\n").length))}
          readOnly={!mayChange}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      )}
    </Labelled>
  );
}

/** Fields within a field; those that may be missing altogether have a switch. */
function Group({ path, optional }: { path: Path; optional: boolean }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const { label, hint } = words.field(String(path.at(-1)), String(path[0]));
  const there = isMap(value);
  return (
    <fieldset className="group">
      <legend>
        {optional ? (
          <label>
            <input
              type="checkbox"
              disabled={!mayChange}
              checked={there}
              onChange={(event) => editing.set(path, event.target.checked ? {} : undefined)}
            />{" "}
            {label}
          </label>
        ) : (
          label
        )}
      </legend>
      {hint && <p className="hint">{hint}</p>}
      <Found path={path} />
      {(there || !optional) && <Fields path={path} />}
    </fieldset>
  );
}
