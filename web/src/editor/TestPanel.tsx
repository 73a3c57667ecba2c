// The flow tests: as they are written, and what comes of them.

import { useState } from "react";
import type { Draft, Library, Outcome } from "./draft";
import type { Try } from "./EditorPage";
import { useWords } from "./words/words";

interface TestPanelProps {
  name: string;
  draft: Draft;
  flows: Library;
  attempt: Try;
  isBroken: boolean;
  onChange: (tests: Record<string, string>) => void;
}

export function TestPanel({ name, draft, flows, attempt, isBroken, onChange }: TestPanelProps) {
  const { tests: words } = useWords();
  const [outcomes, setOutcomes] = useState<Outcome[] | null>(null);
  const files = Object.entries(draft.tests);
  const run = async () => setOutcomes(await attempt(flows.test(name, draft)));
  const passed = outcomes?.filter((one) => one.failures.length === 0).length ?? 0;
  return (
    <section className="tests">
      <div className="buttons">
        <button type="button" className="main" disabled={isBroken || files.length === 0} onClick={run}>
          {words.run}
        </button>
        <output>{outcomes && words.summary(passed, outcomes.length)}</output>
      </div>
      {isBroken && <p className="problem">{words.notRight}</p>}
      {files.length === 0 && <p className="quiet">{words.none}</p>}
      <ul>
        {outcomes?.map((one) => (
          <li key={`${one.file} ${one.line}`} className={one.failures.length ? "failed" : "passed"}>
            <strong>{one.failures.length ? words.failed : words.passed}</strong> {one.test}{" "}
            <code>{`${one.file}:${one.line}`}</code>
            {one.failures.map((what) => (
              <p key={what} className="problem">
                {what}
              </p>
            ))}
          </li>
        ))}
      </ul>
      {files.map(([file, text]) => (
        <label key={file} className="source">
          <span>{words.file(file)}</span>
          <textarea
            spellCheck={false}
            wrap="off"
            rows={14}
            value={text}
            onChange={(event) => onChange({ ...draft.tests, [file]: event.target.value })}
          />
        </label>
      ))}
    </section>
  );
}
