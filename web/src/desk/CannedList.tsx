// The answers at hand, below what is being typed; the box above keeps the focus.

import type { Found } from "./canned";
import { useWords } from "./words/words";

interface CannedListProps {
  id: string;
  all: Found[];
  chosen: number;
  onPick: (one: Found) => void;
}

export const optionId = (list: string, number: number) => `${list}-${number}`;

export function CannedList({ id, all, chosen, onPick }: CannedListProps) {
  const words = useWords();
  return (
    <div>
      <div id={id} className="canned" role="listbox" aria-label={words.canned.title}>
        {all.map((one, number) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keys
          <div
            key={one.name}
            id={optionId(id, number)}
            role="option"
            tabIndex={-1}
            aria-selected={number === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(one)}
          >
            <b>/{one.name}</b> {one.text}
          </div>
        ))}
      </div>
      {all.length === 0 && <p>{words.canned.none}</p>}
    </div>
  );
}
