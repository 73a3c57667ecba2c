// A form made of the schema: one field for each thing that may be written.

import { type ReactNode, useId, useState } from "react";
import { at, isMap, type Path, type Plain } from "./draft";
import { useFindings, useForm, useRoot, useSuggestions, useValue } from "./editing";
import {
  type Fault,
  faultOf,
  isOptional,
  type Kind,
  kindsOf,
  resolved,
  type Schema,
  schemaAt,
  typedNumber,
} from "./schema";
import { useWords, type Words } from "./words/words";

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
  const { label, hint } = words.field(String(path.at(-1)));
  const wrong = findings.some((one) => one.severity === "error") || fault !== undefined;
  return (
    <div className="field" data-wrong={wrong}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": told, "aria-invalid": wrong })}
      <div id={told} className="told">
        {hint && <p className="hint">{hint}</p>}
        {findings.length === 0 && fault && <p className="problem">{faultText(fault, words)}</p>}
        {findings.map((one) => (
          <p key={one.text} className={one.severity === "error" ? "problem" : "warning"}>
            {one.message}
            {one.way_out && <> — {one.way_out}</>}
          </p>
        ))}
      </div>
    </div>
  );
}

export function faultText(fault: Fault, words: Words): string {
  return words.faults[fault.code](fault.bound ?? "");
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

export function Suggestions({ id, of }: { id: string; of: string[] }) {
  return (
    <datalist id={id}>
      {of.map((one) => (
        <option key={one} value={one} />
      ))}
    </datalist>
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
  const { label, hint } = words.field(String(path.at(-1)));
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

/** What was found with the whole of something. */
export function Found({ path, within = false }: { path: Path; within?: boolean }) {
  return useFindings(path, within).map((one) => (
    <p key={one.text} className={one.severity === "error" ? "problem" : "warning"}>
      {one.message}
      {one.way_out && <> — {one.way_out}</>}
    </p>
  ));
}

/** Names with values, each a row; a list stands with commas between. */
export function MapField({ path, of, labelled = true }: { path: Path; of: Schema; labelled?: boolean }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const { label, hint } = words.field(String(path.at(-1)));
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
          label={path.at(-1) === "needs" ? (words.addOne.skills ?? label) : words.add(label)}
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

interface AddNameProps {
  label: string;
  known?: string[];
  taken: string[];
  onAdd: (name: string) => void;
}

/** Where a new name is typed. */
export function AddName({ label, known = [], taken, onAdd }: AddNameProps) {
  const [name, setName] = useState("");
  const list = useId();
  const wanted = name.trim();
  const add = () => {
    if (!wanted || taken.includes(wanted)) return;
    onAdd(wanted);
    setName("");
  };
  return (
    <div className="add">
      <input
        type="text"
        aria-label={label}
        placeholder={label}
        list={known.length ? list : undefined}
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
      />
      {known.length > 0 && <Suggestions id={list} of={known.filter((one) => !taken.includes(one))} />}
      <button type="button" onClick={add} disabled={!wanted || taken.includes(wanted)} aria-label={label}>
        +
      </button>
    </div>
  );
}

/** What a queue or a step asks of an agent: skills with the least proficiency, or an expression. */
function Needs({ path, schema }: { path: Path; schema: Schema }) {
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
