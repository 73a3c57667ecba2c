// The nodes of a flow as a list.

import { useState } from "react";
import type { Shown } from "./Graph";
import type { GraphNode } from "./graph";
import { useWords } from "./words/words";

interface NodeListProps {
  nodes: GraphNode[];
  shown: Shown;
  selected: string;
  types: string[];
  onSelect: (name: string) => void;
  onAdd: (type: string) => void;
}

/** The graph for those who don't drag: every node as a button, and where new ones come from. */
export function NodeList({ nodes, shown, selected, types, onSelect, onAdd }: NodeListProps) {
  const { graph } = useWords();
  const [type, setType] = useState("say");
  return (
    <nav className="nodes" aria-label={graph.nodes}>
      <div className="adding">
        <select aria-label={graph.type} value={type} onChange={(event) => setType(event.target.value)}>
          {types.map((one) => (
            <option key={one} value={one}>
              {graph.types[one] ?? one}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => onAdd(type)}>
          {graph.add}
        </button>
      </div>
      <ul>
        {nodes.map(({ name, type }) => (
          <li key={name}>
            <button type="button" aria-current={name === selected} onClick={() => onSelect(name)}>
              <span>{name}</span>
              <small>{graph.types[type] ?? type}</small>
              {shown.marks[name] && (
                <small className={`mark ${shown.marks[name]}`}>{graph.marks[shown.marks[name]]}</small>
              )}
              {(shown.callers[name] ?? 0) > 0 && (
                <small className="badge">{graph.callers(shown.callers[name] ?? 0)}</small>
              )}
              {(shown.problems[name] ?? 0) > 0 && (
                <small className="problem">{graph.problems(shown.problems[name] ?? 0)}</small>
              )}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
