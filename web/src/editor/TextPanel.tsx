// The flow as it is written.

import type { Broken } from "./document";
import { useWords } from "./words/words";

interface TextPanelProps {
  source: string;
  broken: Broken | null;
  onChange: (source: string) => void;
}

export function TextPanel({ source, broken, onChange }: TextPanelProps) {
  const { text } = useWords();
  return (
    <section className="source">
      {broken && (
        <p className="problem" role="alert">
          {text.broken(broken.line, broken.column, broken.message)}
        </p>
      )}
      <textarea
        aria-label={text.label}
        aria-invalid={broken !== null}
        spellCheck={false}
        wrap="off"
        value={source}
        onChange={(event) => onChange(event.target.value)}
      />
    </section>
  );
}
