// A form made from the schema: one field for each thing that a flow may say.

import { type ReactNode, useId, useState } from "react";
import type { Path } from "./document";
import { useGround } from "./ground";
import { TEXTS } from "./references";
import { Input, TextWords } from "./SchemaInput";
import { blank, chosen, type Fields, isFields, type Schema } from "./schema";
import { useWords } from "./words/words";

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
  const { problems: words } = useWords();
  const place = placeOf(path);
  const found = problems.filter((one) => one.node === place.node && one.field === place.field);
  return found.map((one) => (
    <p key={one.text} className="problem">
      {words.told(one.what, one.how_to_mend)}
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
