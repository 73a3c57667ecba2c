// A walk through the flow: the server walks it with the real session, from the beginning at each step.

import { type FormEvent, useState } from "react";
import { withTest } from "./document";
import type { Draft, Library, Walk } from "./draft";
import type { Try } from "./EditorPage";
import { type Fields, isFields } from "./schema";
import { useWords } from "./words/words";

interface WalkPanelProps {
  name: string;
  draft: Draft;
  flow: Fields;
  flows: Library;
  attempt: Try;
  /** The nodes of the flow itself that were gone through. */
  onWalked: (nodes: string[]) => void;
  onKeep: (tests: Record<string, string>) => void;
}

const FACES = ["voice", "page", "chat", "guide"] as const;

export function WalkPanel({ name, draft, flow, flows, attempt, onWalked, onKeep }: WalkPanelProps) {
  const { walk: words } = useWords();
  const [given, setGiven] = useState<Fields>({});
  const [actions, setActions] = useState<string[]>([]);
  const [answers, setAnswers] = useState<string[]>([]);
  const [walk, setWalk] = useState<Walk | null>(null);

  const go = async (given: Fields, actions: string[], answers: string[]) => {
    const told = await attempt(flows.walk(name, { source: draft.source, given, do: actions, answers }));
    if (!told) return false;
    const walked = told.problem ? actions.slice(0, -1) : actions;
    setGiven(given);
    setActions(walked);
    setAnswers(answers);
    setWalk(told);
    onWalked(told.steps.flatMap((step) => step.nodes.filter((node) => !node.includes("/"))));
    return !told.problem;
  };
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const of = (field: string) => String(form.get(field) ?? "");
    const caller = { number: of("number"), tier: of("tier") };
    const time = of("time") ? `${of("time")}:00${offset(of("time"))}` : undefined;
    void go({ caller, language: of("language"), face: of("face"), ...(time && { time }) }, [], []);
  };
  const act = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const action = String(new FormData(form).get("action"));
    if (await go(given, [...actions, action], answers)) form.reset();
  };
  const languages = Array.isArray(flow.languages) ? flow.languages.map(String) : [];
  return (
    <section className="walk">
      <form onSubmit={begin} className="given">
        <label>
          <span>{words.caller}</span>
          <input name="number" defaultValue="13800000001" />
        </label>
        <label>
          <span>{words.tier}</span>
          <input name="tier" />
        </label>
        <label>
          <span>{words.language}</span>
          <select name="language">
            {languages.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.time}</span>
          <input name="time" type="datetime-local" />
        </label>
        <label>
          <span>{words.face}</span>
          <select name="face">
            {FACES.map((one) => (
              <option key={one} value={one}>
                {words.faces[one]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="main">
          {walk ? words.again : words.begin}
        </button>
      </form>
      {walk && (
        <>
          <ol className="steps" aria-live="polite">
            {walk.steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a walk only follow one another
              <li key={at}>
                <strong>{step.action || words.beginning}</strong> <code>{step.nodes.join(" → ")}</code>
                {step.said.map((each) => (
                  <p key={each} lang={step.language}>
                    {each} <small className="quiet">{step.language}</small>
                  </p>
                ))}
                {step.outside.map((each) => (
                  <p key={each} className="badge">
                    {each}
                  </p>
                ))}
              </li>
            ))}
          </ol>
          {walk.problem && (
            <p className="problem" role="alert">
              {walk.problem}
            </p>
          )}
          {walk.faults.map((what) => (
            <p key={what} className="problem">
              {words.fault(what)}
            </p>
          ))}
          {Object.entries(walk.wrong).map(([field, code]) => (
            <p key={field} className="problem">{`${field}: ${code}`}</p>
          ))}
          <Answers walk={walk} answers={answers} onAnswer={(answers) => go(given, actions, answers)} />
          {walk.ended ? (
            <output>{words.ended}</output>
          ) : (
            <form onSubmit={act} className="adding">
              <label>
                <span>
                  {words.at(walk.node)}: {words.action}
                </span>
                <input name="action" autoComplete="off" aria-describedby="walk-hint" />
              </label>
              <button type="submit">{words.do}</button>
            </form>
          )}
          <p id="walk-hint" className="quiet">
            {words.hint}
          </p>
          <button
            type="button"
            disabled={actions.length === 0}
            onClick={() => go(given, actions.slice(0, -1), answers)}
          >
            {words.back}
          </button>
          <Variables variables={walk.variables} />
          {walk.trial && <Keep {...{ name, draft, onKeep }} trial={walk.trial} />}
        </>
      )}
    </section>
  );
}

interface AnswersProps {
  walk: Walk;
  answers: string[];
  onAnswer: (answers: string[]) => void;
}

/** What was asked outside; another answer walks all of it again. */
function Answers({ walk, answers, onAnswer }: AnswersProps) {
  const { walk: words } = useWords();
  if (walk.asked.length === 0) return null;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onAnswer(new FormData(event.currentTarget).getAll("answer").map(String));
  };
  return (
    <form onSubmit={submit} className="asked">
      <h2>{words.asked}</h2>
      {walk.asked.map(({ question }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: questions are told apart by when they are asked
        <label key={at}>
          <span>
            <code>{question}</code> {words.answer}
          </span>
          <input name="answer" defaultValue={answers[at] ?? ""} />
        </label>
      ))}
      <button type="submit">{words.do}</button>
    </form>
  );
}

function Variables({ variables }: { variables: Fields }) {
  const { walk: words } = useWords();
  const known = Object.entries(variables).filter(([, value]) => value !== "" && value !== 0 && value !== false);
  return (
    <details open>
      <summary>{words.variables}</summary>
      <dl>
        {known.map(([name, value]) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

interface KeepProps {
  name: string;
  draft: Draft;
  trial: Fields;
  onKeep: (tests: Record<string, string>) => void;
}

/** The walk becomes a flow test of all that happened. */
function Keep({ name, draft, trial, onKeep }: KeepProps) {
  const { walk: words } = useWords();
  const [told, setTold] = useState("");
  const keep = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const called = String(new FormData(event.currentTarget).get("test"));
    const file = Object.keys(draft.tests)[0] ?? `${name}.yaml`;
    const { given, ...rest } = trial;
    const test = { ...rest, name: called, ...(isFields(given) && { given: withoutEmpty(given) }) };
    onKeep({ ...draft.tests, [file]: withTest(draft.tests[file] ?? "", name, test) });
    setTold(words.kept);
  };
  return (
    <form onSubmit={keep} className="adding">
      <label>
        <span>{words.testName}</span>
        <input name="test" required />
      </label>
      <button type="submit">{words.keep}</button>
      <output>{told}</output>
    </form>
  );
}

const withoutEmpty = (fields: Fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));

/** How far this place is from UTC at a time of its own, as +08:00. */
function offset(time: string): string {
  const minutes = -new Date(time).getTimezoneOffset();
  const pad = (number: number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(minutes / 60)}:${pad(Math.abs(minutes) % 60)}`;
}
