// The versions of a flow, what is different between any two, and the trial of one.

import { type FormEvent, useCallback, useEffect, useState } from "react";
import { read } from "./document";
import type { Canary, Draft, Library, Overview, Publication, Tally, Version } from "./draft";
import type { Try } from "./EditorPage";
import type { Compared } from "./graph";
import { useWords } from "./words/words";

interface VersionPanelProps {
  name: string;
  flows: Library;
  attempt: Try;
  refresh: () => Promise<Overview[] | null>;
  known: Overview | null;
  onLoad: (draft: Draft) => void;
  /** What the graph is to show the difference of; null: nothing any more. */
  onCompare: (compared: Compared | null) => void;
  onOpen: (flow: string) => void;
}

const when = (at: number) => new Date(at * 1000).toLocaleString();

export function VersionPanel(props: VersionPanelProps) {
  const { name, flows, attempt, refresh, known, onLoad, onCompare, onOpen } = props;
  const { versions: words } = useWords();
  const [versions, setVersions] = useState<Version[]>([]);
  const [publications, setPublications] = useState<Publication[]>([]);
  const newest = known?.newest ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version or publication changes what is told
  useEffect(() => {
    if (!newest) return;
    void attempt(flows.history(name)).then((told) => {
      setVersions([...(told?.versions ?? [])].reverse());
      setPublications([...(told?.publications ?? [])].reverse());
    });
  }, [name, flows, attempt, newest, known?.in_force?.at]);
  useEffect(() => () => onCompare(null), [onCompare]);
  const load = async (number: number) => {
    const version = await attempt(flows.version(name, number));
    if (version) onLoad({ source: version.source, tests: version.tests });
  };
  const rollBack = async (number: number) => {
    if (await attempt(flows.rollBack(name, number))) {
      await refresh();
      onOpen(name);
    }
  };
  return (
    <section className="versions">
      <h2>{words.title}</h2>
      <ul>
        {versions.map((one) => (
          <li key={one.number}>
            <strong>{one.number}</strong> {one.author} · {when(one.at)} {one.message}{" "}
            {one.number === known?.in_force?.number ? (
              <span className="badge">{words.inForce}</span>
            ) : (
              <button type="button" onClick={() => rollBack(one.number)}>
                {words.rollBack(one.number)}
              </button>
            )}{" "}
            <button type="button" onClick={() => load(one.number)}>
              {words.load(one.number)}
            </button>
          </li>
        ))}
      </ul>
      <Compare {...props} versions={versions} />
      {known && <Trial {...{ name, flows, attempt, refresh, onOpen }} hasDraft={known.draft !== null} />}
      <h2>{words.published}</h2>
      <ul>
        {publications.map((one) => (
          <li key={`${one.at} ${one.number}`}>
            {when(one.at)} <strong>{one.number}</strong> {words.what[one.what] ?? one.what} · {one.author} {one.message}{" "}
            {one.forced}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The difference on the graph, node by node, and in the text, line by line. */
function Compare({ name, flows, attempt, versions, known, onCompare }: VersionPanelProps & { versions: Version[] }) {
  const { versions: words } = useWords();
  const [text, setText] = useState<string | null>(null);
  const compare = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = [String(form.get("from")), String(form.get("to"))];
    const load = async (which: string) =>
      read(
        (await attempt<Draft>(which === "draft" ? flows.draft(name) : flows.version(name, Number(which))))?.source ??
          "",
      );
    const [old, now] = [await load(from), await load(to)];
    setText((await attempt(flows.difference(name, from, to)))?.text ?? null);
    onCompare(old.flow && now.flow ? { old: old.flow, now: now.flow } : null);
  };
  const choices = [...(known?.draft ? ["draft"] : []), ...versions.map((one) => String(one.number))];
  const label = (choice: string) => (choice === "draft" ? words.draft : choice);
  if (choices.length === 0) return null;
  return (
    <form onSubmit={compare} className="compare">
      <h2>{words.compare}</h2>
      {(["from", "to"] as const).map((side) => (
        <label key={side}>
          <span>{words[side]}</span>
          <select name={side} defaultValue={side === "from" ? choices.at(-1) : choices[0]}>
            {choices.map((one) => (
              <option key={one} value={one}>
                {label(one)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button type="submit">{words.compare}</button>
      {text !== null && (
        <pre className="diff">
          {text === ""
            ? words.same
            : text.split("\n").map((line, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line of a difference has no other name
                <span key={at} className={line[0] === "+" ? "added" : line[0] === "-" ? "removed" : ""}>
                  {line}
                  {"\n"}
                </span>
              ))}
        </pre>
      )}
    </form>
  );
}

interface TrialProps extends Pick<VersionPanelProps, "name" | "flows" | "attempt" | "refresh" | "onOpen"> {
  hasDraft: boolean;
}

function Trial({ name, flows, attempt, refresh, onOpen, hasDraft }: TrialProps) {
  const { versions: words } = useWords();
  const [running, setRunning] = useState<Canary | null>(null);
  const look = useCallback(async () => {
    setRunning((await attempt(flows.canary(name)))?.running ?? null);
  }, [attempt, flows, name]);
  useEffect(() => void look(), [look]);
  const act = async (answer: ReturnType<Library["stop"]>) => {
    await attempt(answer);
    await look();
    await refresh();
  };
  return (
    <section>
      <h2>{words.canary}</h2>
      {running ? (
        <>
          <p>
            {words.running(running.percent)} · {running.author} · {when(running.since)}
          </p>
          <Tallies old={running.old} now={running.new} />
          <button type="button" onClick={() => act(flows.stop(name))}>
            {words.stop}
          </button>{" "}
          <button
            type="button"
            onClick={async () => {
              await act(flows.promote(name));
              onOpen(name);
            }}
          >
            {words.promote}
          </button>
        </>
      ) : (
        <form
          className="adding"
          onSubmit={(event) => {
            event.preventDefault();
            void act(flows.tryOut(name, Number(new FormData(event.currentTarget).get("percent"))));
          }}
        >
          <p>{words.noCanary}</p>
          <label>
            <span>{words.percent}</span>
            <input name="percent" type="number" min={1} max={99} defaultValue={10} required />
          </label>
          <button type="submit" disabled={!hasDraft}>
            {words.start}
          </button>
        </form>
      )}
    </section>
  );
}

function Tallies({ old, now }: { old: Tally; now: Tally }) {
  const { versions: words } = useWords();
  const rows: [string, Tally][] = [
    [words.old, old],
    [words.new, now],
  ];
  return (
    <table>
      <thead>
        <tr>
          {[words.which, words.calls, words.contained, words.abandoned, words.faulty].map((each) => (
            <th key={each} scope="col">
              {each}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([side, tally]) => (
          <tr key={side}>
            <th scope="row">{side}</th>
            <td>{tally.calls}</td>
            <td>{tally.contained}</td>
            <td>{tally.abandoned}</td>
            <td>{tally.faulty}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
