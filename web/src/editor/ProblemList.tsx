// All that lint finds, with a way out and a way there.

import type { Found, Problem } from "./draft";
import { useWords } from "./words/words";

export function ProblemList({ found, onSelect }: { found: Found; onSelect: (node: string) => void }) {
  const { problems } = useWords();
  if (found.broken.length + found.doubtful.length === 0) return <p className="quiet">{problems.none}</p>;
  return (
    <>
      <Problems title={problems.broken} of={found.broken} onSelect={onSelect} />
      <Problems title={problems.doubtful} of={found.doubtful} onSelect={onSelect} />
    </>
  );
}

interface ProblemsProps {
  title: string;
  of: Problem[];
  onSelect: (node: string) => void;
}

function Problems({ title, of, onSelect }: ProblemsProps) {
  const { problems } = useWords();
  if (of.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className="problems">
        {of.map((one) => (
          <li key={one.text}>
            <span>
              <code>{[one.node, one.field].filter(Boolean).join(".") || `:${one.line}`}</code>{" "}
              {problems.told(one.what, one.how_to_mend)}
            </span>
            {one.node && (
              <button type="button" onClick={() => onSelect(one.node)}>
                {problems.go}: {one.node}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
