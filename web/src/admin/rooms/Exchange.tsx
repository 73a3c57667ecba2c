// The whole configuration as YAML: out, and in again after a look at what it would change.

import { useState } from "react";
import type { Failure } from "../../shared/api";
import { apply, type Checked, check } from "../asked";
import { Changes, Findings } from "../Changes";
import { useForm } from "../editing";
import { useWords } from "../words/words";

interface Chosen {
  name: string;
  source: string;
  checked: Checked;
  /** The version that it was compared with. */
  on: number;
}

export function Exchange({ csrf }: { csrf: string }) {
  const words = useWords();
  const { editing } = useForm();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [done, setDone] = useState(0);
  const on = editing.inForce.number;
  const read = async (file: File) => {
    setDone(0);
    setChosen(null);
    const source = await file.text();
    const answer = await check({ source, file: file.name }, csrf);
    setFailure(answer.ok ? null : answer.failure);
    if (answer.ok) setChosen({ name: file.name, source, checked: answer.content, on });
  };
  const bringIn = async ({ name, source, on }: Chosen) => {
    const answer = await apply({ source, file: name }, words.exchange.note(name), on, csrf);
    setFailure(answer.ok ? null : answer.failure);
    await editing.renew(false);
    if (!answer.ok) return;
    setChosen(null);
    setDone(answer.content.version);
  };
  const errors = chosen?.checked.findings.some((one) => one.severity === "error");
  return (
    <section aria-label={words.rooms.exchange}>
      <section className="part" aria-label={words.exchange.out}>
        <h2>{words.exchange.out}</h2>
        <p className="hint">{words.exchange.outHint}</p>
        <a href="/settings/export" download={`tandem-settings-${on}.yaml`}>
          {words.exchange.download(on)}
        </a>
      </section>
      <section className="part" aria-label={words.exchange.in}>
        <h2>{words.exchange.in}</h2>
        <p className="hint">{words.exchange.inHint}</p>
        <label className="file">
          {words.exchange.choose}
          <input
            type="file"
            accept=".yaml,.yml"
            onChange={(event) => {
              const [file] = event.target.files ?? [];
              if (file) void read(file);
              event.target.value = "";
            }}
          />
        </label>
        <p className="problem" role="alert">
          {failure && (failure.message || words.signIn.unreached)}
        </p>
        {done > 0 && <output>{words.review.saved(done)}</output>}
        {chosen && (
          <>
            <h3>{chosen.name}</h3>
            <Changes of={chosen.checked.changes} />
            <Findings of={chosen.checked.findings} />
            {editing.changed && <p className="problem">{words.history.unsaved}</p>}
            <button
              type="button"
              className="main"
              disabled={errors || editing.changed || chosen.checked.changes.length === 0}
              onClick={() => bringIn(chosen)}
            >
              {words.exchange.bringIn}
            </button>
          </>
        )}
      </section>
    </section>
  );
}
