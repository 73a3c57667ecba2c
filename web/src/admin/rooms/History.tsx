// Which version was in force when, what it changed, and the way back.

import { useState } from "react";
import type { Failure } from "../../shared/api";
import { type Change, difference, history, rollBack } from "../asked";
import { Changes, Findings } from "../Changes";
import { Dialog } from "../Dialog";
import { useForm } from "../editing";
import { moment } from "../moment";
import { useAsked } from "../useAsked";
import { useWords } from "../words/words";

interface Shown {
  number: number;
  back: boolean;
  changes: Change[];
}

export function History({ csrf }: { csrf: string }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const { content, failure, again } = useAsked(history);
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const inForce = editing.inForce.number;
  const look = async (number: number, back: boolean) => {
    // What a roll-back would do stands the other way round than what came since.
    const answer = await (back ? difference(null, number, csrf) : difference(number, null, csrf));
    setProblem(answer.ok ? null : answer.failure);
    if (answer.ok) setShown({ number, back, changes: answer.content.changes });
  };
  const goBack = async (number: number) => {
    const answer = await rollBack(number, "", inForce, csrf);
    setProblem(answer.ok ? null : answer.failure);
    await editing.renew(false);
    await again();
    if (answer.ok) setShown(null);
  };
  if (failure) return <p className="problem">{failure.message || words.signIn.unreached}</p>;
  if (!content) return null;
  return (
    <section aria-label={words.rooms.history}>
      <p className="hint">{words.history.hint}</p>
      {!shown && <Problem of={problem} />}
      <ol className="versions">
        {content.map((one) => (
          <li key={one.turn} data-version={one.number}>
            <p>
              <strong>{words.history.version(one.number)}</strong> {moment(one.at)} · {one.author} ·{" "}
              {words.history[one.what]}
              {one.number === inForce && <span className="origin recorded">{words.history.inForce}</span>}
            </p>
            {one.note && <p>{one.note}</p>}
            <ul className="words">
              {one.changes.slice(0, 20).map((change) => (
                <li key={change}>{change}</li>
              ))}
              {one.changes.length > 20 && <li>{words.more(one.changes.length - 20)}</li>}
            </ul>
            {one.number !== inForce && (
              <div className="buttons">
                <button type="button" onClick={() => look(one.number, false)}>
                  {words.history.compare}
                </button>
                {mayChange && (
                  <button type="button" onClick={() => look(one.number, true)}>
                    {words.history.back}
                  </button>
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      {shown && (
        <Dialog
          title={shown.back ? words.history.backTo(shown.number) : words.history.since(shown.number)}
          onClose={() => setShown(null)}
        >
          <Problem of={problem} />
          <Changes of={shown.changes} />
          {shown.back && editing.changed && <p className="problem">{words.history.unsaved}</p>}
          {shown.back && (
            <button type="button" className="main" disabled={editing.changed} onClick={() => goBack(shown.number)}>
              {words.history.back}
            </button>
          )}
        </Dialog>
      )}
    </section>
  );
}

function Problem({ of }: { of: Failure | null }) {
  if (!of) return null;
  return (
    <div role="alert">
      <p className="problem">{of.message}</p>
      {of.code === "not_right" && Array.isArray(of.problems) && <Findings of={of.problems} />}
    </div>
  );
}
