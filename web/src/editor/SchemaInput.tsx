// One value of a flow, typed or chosen.

import { useState } from "react";
import { freeName, type Path } from "./document";
import { useGround } from "./ground";
import { type Fields, isFields, type Schema } from "./schema";
import { meant, spelled } from "./values";
import { useWords } from "./words/words";

interface InputProps {
  id: string;
  schema: Schema;
  value: unknown;
  path: Path;
  name: string;
  required: boolean;
}

/** One value, by its schema. */
export function Input({ id, schema, value, path, name, required }: InputProps) {
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

/** The words of a text, in each language side by side. */
export function TextWords({ name, path }: { name: string; path?: Path }) {
  const { form } = useWords();
  const { flow, change } = useGround();
  const texts = isFields(flow.texts) ? flow.texts : {};
  const languages = Array.isArray(flow.languages) ? flow.languages.map(String) : [];
  const words = texts[name];
  if (!name || !isFields(words)) {
    if (!path) return null;
    const fresh = freeName(name || String(path.at(path[0] === "nodes" ? 1 : -1)), texts);
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
