// The steps of a queue's plan: when each begins, and what it does.

import { at, isMap, type Path, type Plain } from "../draft";
import { useForm, useValue } from "../editing";
import { Fields } from "../Field";
import { Found } from "../Found";
import { useWords } from "../words/words";

export function Plan({ path }: { path: Path }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const steps = Array.isArray(value) ? value : [];
  const put = (steps: Plain[]) => editing.set(path, steps.length ? steps : undefined);
  const swap = (number: number) =>
    put(steps.map((step, at) => (at === number ? steps[at + 1] : at === number + 1 ? steps[number] : step) as Plain));
  return (
    <div className="plan">
      <p className="hint">{words.plan.hint}</p>
      {steps.map((step, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place, as the server knows it
        <fieldset key={number} className="group">
          <legend>
            {words.plan.step(number + 1)} <span className="quiet">{inWords(step, words.plan)}</span>
          </legend>
          <Found path={[...path, number]} />
          <Fields path={[...path, number]} />
          {mayChange && (
            <div className="buttons">
              <button type="button" disabled={number === 0} onClick={() => swap(number - 1)}>
                {words.plan.sooner}
              </button>
              <button type="button" disabled={number === steps.length - 1} onClick={() => swap(number)}>
                {words.plan.later}
              </button>
              <button type="button" onClick={() => put(steps.filter((_, at) => at !== number))}>
                {words.plan.remove}
              </button>
            </div>
          )}
        </fieldset>
      ))}
      {mayChange && (
        <button type="button" onClick={() => put([...steps, { after: nextAfter(steps) }])}>
          {words.plan.add}
        </button>
      )}
    </div>
  );
}

function nextAfter(steps: Plain[]): number {
  const last = at(steps.at(-1), ["after"]);
  return (typeof last === "number" ? last : 0) + 20;
}

function inWords(
  step: Plain,
  words: { after: (seconds: string) => string; when: (measure: string) => string },
): string {
  const when = at(step, ["when"]);
  const after = words.after(String(at(step, ["after"]) ?? 0));
  return isMap(when) ? `${after} ${words.when(`${when.measure ?? "?"} ${when.on ?? ""}`)}` : after;
}
