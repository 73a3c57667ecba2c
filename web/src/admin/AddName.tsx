// Where a new name is typed, and what may be meant.

import { useId, useState } from "react";

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

export function Suggestions({ id, of }: { id: string; of: string[] }) {
  return (
    <datalist id={id}>
      {of.map((one) => (
        <option key={one} value={one} />
      ))}
    </datalist>
  );
}
