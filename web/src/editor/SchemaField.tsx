// A form made from the schema: one field for each thing that a flow may say.

import { createContext, type ReactNode, useContext, useId, useState } from "react";
import type { Path } from "./document";
import type { Centre, Problem } from "./draft";
import { TEXTS } from "./references";
import { blank, chosen, type Fields, isFields, type Schema } from "./schema";
import { useWords } from "./words/words";

/** What fields need to know of the flow that they are in. */
export interface Ground {
  root: Schema;
  flow: Fields;
  centre: Centre;
  flows: string[];
  problems: Problem[];
  /** Put a value in; without one, what is there goes. */
  change: (path: Path, value: unknown) => void;
}

export const GroundContext = createContext<Ground | null>(null);

export function useGround(): Ground {
  const ground = useContext(GroundContext);
  if (!ground) throw new Error("fields stand in a GroundContext");
  return ground;
}

interface FieldProps {
  schema: Schema;
  value: unknown;
  path: Path;
  name: string;
  required?: boolean;
}

/** One field with its label and what was found in it. */
export function SchemaField(props: FieldProps) {
  const { root } = useGround();
  const schema = chosen(props.schema, props.value, root);
  if (schema.type === "object") return <ObjectField {...props} schema={schema} />;
  if (schema.type === "array") return <ListField {...props} schema={schema} />;
  return <PlainField {...props} schema={schema} />;
}

/** What lint found at a path, and not deeper. */
function Findings({ path }: { path: Path }) {
  const { problems } = useGround();
  const place = placeOf(path);
  const found = problems.filter((one) => one.node === place.node && one.field === place.field);
  return found.map((one) => (
    <p key={one.text} className="problem">
      {one.what}. {one.how_to_mend}.
    </p>
  ));
}

/** Where lint tells of a path. */
export function placeOf(path: Path): { node: string; field: string } {
  const isInNode = path[0] === "nodes" && path.length > 1;
  const [node, field] = isInNode ? [String(path[1]), path.slice(2)] : ["", path];
  return { node, field: field.join(".") };
}

function Label({ name }: { name: string }) {
  const { form } = useWords();
  const word = form.fields[name];
  return (
    <>
      {word && <span>{word} </span>}
      <code>{name}</code>
    </>
  );
}

function PlainField({ schema, value, path, name, required = false }: FieldProps) {
  const id = useId();
  const isText = TEXTS.includes(schema["x-refers-to"] ?? "node");
  return (
    <div className="field">
      <label htmlFor={id}>
        <Label name={name} />
      </label>
      <Input id={id} schema={schema} value={value} path={path} name={name} required={required} />
      {isText && <TextWords name={typeof value === "string" ? value : ""} path={path} />}
      <Findings path={path} />
    </div>
  );
}

interface InputProps extends Required<FieldProps> {
  id: string;
}

function Input({ id, schema, value, path, name, required }: InputProps) {
  const { flow, flows, centre, change } = useGround();
  const kind = schema["x-refers-to"];
  const common = { id, required, "data-path": path.join(".") };
  if (kind && kind !== "flow") {
    const names = Object.keys(isFields(flow[sectionOf(kind)]) ? (flow[sectionOf(kind)] as Fields) : {});
    return <Choice {...common} path={path} names={names} value={value} schema={schema} />;
  }
  if (schema.enum)
    return <Choice {...common} path={path} names={schema.enum.map(String)} value={value} schema={schema} />;
  if (schema.type === "boolean") {
    const checked = value === undefined ? schema.default === true : value === true;
    return (
      <input
        type="checkbox"
        {...common}
        checked={checked}
        required={false}
        onChange={(event) => change(path, event.target.checked)}
      />
    );
  }
  if (schema.type === "number" || schema.type === "integer") {
    return <NumberInput {...common} schema={schema} value={value} path={path} />;
  }
  const known = kind === "flow" ? flows : name === "queue" ? centre.queues : name === "service" ? centre.services : [];
  return (
    <>
      <ScalarInput
        {...common}
        schema={schema}
        value={value}
        path={path}
        {...(known.length > 0 && { list: `${id}-known` })}
      />
      {known.length > 0 && (
        <datalist id={`${id}-known`}>
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

const sectionOf = (kind: string) => (kind === "node" ? "nodes" : "texts");

interface PlainProps {
  id: string;
  required: boolean;
  schema: Schema;
  value: unknown;
  path: Path;
  list?: string;
}

function Choice({ names, value, path, schema, ...common }: PlainProps & { names: string[] }) {
  const { form } = useWords();
  const { change } = useGround();
  const chosenName = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const shown = chosenName && !names.includes(chosenName) ? [chosenName, ...names] : names;
  return (
    <select {...common} value={chosenName} onChange={(event) => change(path, event.target.value || undefined)}>
      <option value="">{schema.default ? String(schema.default) : form.notChosen}</option>
      {shown.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

function NumberInput({ schema, value, path, ...common }: PlainProps) {
  const { change } = useGround();
  const given = typeof value === "number" ? String(value) : "";
  return (
    <input
      type="number"
      step="any"
      min={schema.minimum}
      max={schema.maximum}
      {...common}
      value={given}
      placeholder={schema.default === undefined || schema.default === null ? "" : String(schema.default)}
      onChange={(event) => change(path, event.target.value === "" ? undefined : Number(event.target.value))}
    />
  );
}

/** A text; where numbers and truths may stand too, what looks like one is one, and quotes make it a text. */
function ScalarInput({ schema, value, path, ...common }: PlainProps) {
  const { change } = useGround();
  const isAny = (schema.anyOf?.length ?? 0) > 1;
  const [typed, setTyped] = useState<string | null>(null);
  const shown = isAny ? spelled(value) : value === undefined || value === null ? "" : String(value);
  return (
    <input
      type="text"
      spellCheck={false}
      {...common}
      pattern={schema.pattern}
      value={typed ?? shown}
      placeholder={typeof schema.default === "string" ? schema.default : ""}
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        change(path, text === "" && !common.required ? undefined : isAny ? meant(text) : text);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

/** What was typed where a text, a number or a truth may stand. */
export function meant(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number(text);
  return /^'.*'$/.test(text) ? text.slice(1, -1) : text;
}

/** As one would type it. */
export function spelled(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" && meant(value) !== value ? `'${value}'` : String(value);
}

/** The words of a text, in each language side by side. */
export function TextWords({ name, path }: { name: string; path?: Path }) {
  const { form } = useWords();
  const { flow, change } = useGround();
  const texts = isFields(flow.texts) ? flow.texts : {};
  const languages = Array.isArray(flow.languages) ? flow.languages.map(String) : [];
  const words = texts[name];
  if (!name || !isFields(words)) {
    if (!path) return null;
    const fresh = freeText(texts, name || String(path.at(path[0] === "nodes" ? 1 : -1)));
    return (
      <button
        type="button"
        onClick={() => {
          change(["texts", fresh], Object.fromEntries(languages.map((language) => [language, ""])));
          change(path, fresh);
        }}
      >
        {form.newText}
      </button>
    );
  }
  return (
    <div className="words">
      {languages.map((language) => (
        <label key={language}>
          <span>
            {name} · {language}
          </span>
          <textarea
            lang={language}
            rows={2}
            value={String(words[language] ?? "")}
            onChange={(event) => change(["texts", name, language], event.target.value)}
          />
        </label>
      ))}
    </div>
  );
}

function freeText(texts: Fields, base: string): string {
  let name = base;
  for (let number = 2; name in texts; number += 1) name = `${base}_${number}`;
  return name;
}

/** A mapping with fields of its own, or one whose names the admin chooses. */
function ObjectField({ schema, value, path, name, required }: FieldProps) {
  const { root, change } = useGround();
  const { form } = useWords();
  const fields = isFields(value) ? value : {};
  if (typeof schema.additionalProperties === "object") {
    return <MapField schema={schema.additionalProperties} fields={fields} path={path} name={name} />;
  }
  if (value === undefined && !required) {
    return (
      <div className="field">
        <button type="button" onClick={() => change(path, blank(schema, root))}>
          {form.add}: {form.fields[name] ?? name}
        </button>
        <Findings path={path} />
      </div>
    );
  }
  return (
    <fieldset>
      <legend>
        <Label name={name} />
      </legend>
      <Members schema={schema} fields={fields} path={path} />
      {!required && <Remove what={name} path={path} />}
      <Findings path={path} />
    </fieldset>
  );
}

/** The fields of a schema with a form for each; those in `without` have one elsewhere. */
export function Members({ schema, fields, path, without = [] }: MembersProps): ReactNode {
  const names = Object.keys(schema.properties ?? {}).filter((name) => !without.includes(name));
  const first = (name: string) => (schema.required?.includes(name) ? 0 : 1);
  return names
    .sort((one, other) => first(one) - first(other))
    .map((name) => (
      <SchemaField
        key={name}
        schema={schema.properties?.[name] ?? {}}
        value={fields[name]}
        path={[...path, name]}
        name={name}
        required={schema.required?.includes(name) ?? false}
      />
    ));
}

interface MembersProps {
  schema: Schema;
  fields: Fields;
  path: Path;
  without?: string[];
}

function Remove({ what, path }: { what: string; path: Path }) {
  const { form } = useWords();
  const { change } = useGround();
  return (
    <button type="button" className="small" onClick={() => change(path, undefined)}>
      {form.removeItem(what)}
    </button>
  );
}

function MapField({ schema, fields, path, name }: { schema: Schema; fields: Fields; path: Path; name: string }) {
  const { form } = useWords();
  const { root, change } = useGround();
  const [key, setKey] = useState("");
  const add = () => {
    if (!key || key in fields) return;
    change([...path, key], blank(schema, root));
    setKey("");
  };
  return (
    <fieldset>
      <legend>
        <Label name={name} />
      </legend>
      {Object.entries(fields).map(([each, value]) => (
        <div key={each} className="entry">
          <SchemaField schema={schema} value={value} path={[...path, each]} name={each} required />
          <Remove what={each} path={[...path, each]} />
        </div>
      ))}
      <div className="adding">
        <input
          aria-label={`${form.key}: ${name}`}
          value={key}
          spellCheck={false}
          onChange={(event) => setKey(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && add()}
        />
        <button type="button" onClick={add}>
          {form.add}
        </button>
      </div>
      <Findings path={path} />
    </fieldset>
  );
}

function ListField({ schema, value, path, name }: FieldProps) {
  const { form } = useWords();
  const { root, change } = useGround();
  const items = Array.isArray(value) ? value : [];
  const of = schema.items ?? {};
  return (
    <fieldset>
      <legend>
        <Label name={name} />
      </legend>
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is where it stands; it has no other name
        <div key={at} className="entry">
          <SchemaField schema={of} value={item} path={[...path, at]} name={String(at + 1)} required />
          <Remove what={`${name} ${at + 1}`} path={[...path, at]} />
        </div>
      ))}
      <button type="button" className="small" onClick={() => change([...path, items.length], blank(of, root))}>
        {form.add}: {form.fields[name] ?? name}
      </button>
      <Findings path={path} />
    </fieldset>
  );
}
