// One flow: its graph, and beside it the forms, the text and all that can be done with it.

import { lazy, Suspense, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { LanguageContext } from "../shared/language";
import type { Looks } from "../shared/SettingsBar";
import { freeName, type Path, put, read, renamed, renamedInTests } from "./document";
import type { Centre, Draft, Found, Library, Overview } from "./draft";
import type { Opened, Try } from "./EditorPage";
import { FlowForm } from "./FlowForm";
import type { Shown } from "./Graph";
import { type Compared, marks, nodesOf, nodesOfBoth } from "./graph";
import { GroundContext } from "./ground";
import { begun, done, redone, undone } from "./history";
import { NodeForm } from "./NodeForm";
import { NodeList } from "./NodeList";
import { ProblemList } from "./ProblemList";
import { RoomBar } from "./RoomBar";
import { blank, type Fields, isFields, nodeTypes, type Schema, schemaOf } from "./schema";
import { TestPanel } from "./TestPanel";
import { TextPanel } from "./TextPanel";
import { VersionPanel } from "./VersionPanel";
import { WalkPanel } from "./WalkPanel";
import { useWords } from "./words/words";

const Graph = lazy(() => import("./Graph"));

const CHECK_AFTER = 400;
const CALLERS_EVERY = 5000;
const TABS = ["node", "flow", "text", "problems", "tests", "walk", "versions"] as const;
type Tab = (typeof TABS)[number];
const NOTHING: Found = { broken: [], doubtful: [] };

interface FlowRoomProps {
  opened: Opened;
  schema: Schema;
  centre: Centre;
  overview: Overview[];
  flows: Library;
  looks: Looks;
  attempt: Try;
  refresh: () => Promise<Overview[] | null>;
  onOpen: (flow: string) => void;
  onClose: () => void;
}

export function FlowRoom(props: FlowRoomProps) {
  const { opened, schema, centre, overview, flows, looks, attempt, refresh, onOpen, onClose } = props;
  const { flow: name } = opened;
  const words = useWords();
  const [past, setPast] = useState(() => begun(opened.draft));
  const [saved, setSaved] = useState(opened.saved);
  const [selected, setSelected] = useState("");
  const [tab, setTab] = useState<Tab>("node");
  const [walked, setWalked] = useState<string[]>([]);
  const [compared, setCompared] = useState<Compared | null>(null);
  const draft = past.now;
  const { flow, broken } = useReading(draft.source);
  const found = useFound(flows, name, draft, attempt);
  const callers = useCallers(flows, name);
  const isSaved = saved?.source === draft.source && JSON.stringify(saved.tests) === JSON.stringify(draft.tests);
  useWarning(!isSaved);

  const write = useCallback(
    (change: (draft: Draft) => Draft, what = "") => setPast((past) => done(past, change(past.now), what)),
    [],
  );
  const change = useCallback(
    (path: Path, value: unknown) =>
      write((now) => ({ ...now, source: put(now.source, path, value) }), value === undefined ? "" : path.join(".")),
    [write],
  );
  const rename = (section: "nodes" | "texts", old: string, fresh: string) => {
    write(({ source, tests }) => ({
      source: renamed(source, schema, section, old, fresh),
      tests: Object.fromEntries(
        Object.entries(tests).map(([file, text]) => [file, renamedInTests(text, section, old, fresh)]),
      ),
    }));
    if (section === "nodes") setSelected(fresh);
  };
  const select = useCallback((node: string) => {
    setSelected(node);
    if (node) setTab((tab) => (tab === "walk" || tab === "versions" ? tab : "node"));
  }, []);
  const add = (type: string) => {
    const fresh = freeName(type, isFields(flow.nodes) ? flow.nodes : {});
    change(["nodes", fresh], { ...(blank(schemaOf(type, schema), schema) as Fields), type });
    select(fresh);
    setTab("node");
  };

  const problems = useMemo(() => [...found.broken, ...found.doubtful], [found]);
  const nodes = useMemo(
    () => (compared ? nodesOfBoth(compared, schema) : nodesOf(flow, schema)),
    [flow, compared, schema],
  );
  const shown: Shown = useMemo(
    () => ({
      problems: counted(problems.map((one) => one.node)),
      callers,
      marks: compared ? marks(compared) : {},
      walked: tab === "walk" ? walked : [],
    }),
    [problems, callers, compared, tab, walked],
  );
  const others = overview.map((one) => one.flow);
  const ground = { root: schema, flow, centre, flows: others, problems, change };

  return (
    <main className="room">
      <RoomBar
        {...{ name, draft, saved, isSaved, found, broken, flows, attempt, refresh, onOpen, onClose }}
        basis={opened.basis}
        past={past}
        onUndo={() => setPast(undone)}
        onRedo={() => setPast(redone)}
        onSaved={setSaved}
      />
      <section className="graph" aria-label={words.graph.title}>
        {broken && <p className="problem told">{words.graph.before}</p>}
        <Suspense fallback={<p className="quiet">{words.graph.loading}</p>}>
          <Graph
            nodes={nodes}
            shown={shown}
            selected={selected}
            theme={looks.theme}
            onSelect={select}
            onConnect={change}
          />
        </Suspense>
      </section>
      <NodeList
        nodes={nodes}
        shown={shown}
        selected={selected}
        onSelect={select}
        types={nodeTypes(schema)}
        onAdd={add}
      />
      <section className="side">
        <div role="tablist" aria-label={words.tabs.title}>
          {TABS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              id={`tab-${one}`}
              aria-selected={tab === one}
              aria-controls="panel"
              onClick={() => setTab(one)}
            >
              {words.tabs[one]}
              {one === "problems" && problems.length > 0 && <span className="badge">{problems.length}</span>}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} className="panel" tabIndex={-1}>
          <GroundContext value={ground}>
            {tab === "node" && <NodeForm name={selected} onRename={rename} onSelect={select} />}
            {tab === "flow" && <FlowForm onRename={rename} />}
          </GroundContext>
          {tab === "text" && (
            <TextPanel
              source={draft.source}
              broken={broken}
              onChange={(source) => write((now) => ({ ...now, source }), "text")}
            />
          )}
          {tab === "problems" && <ProblemList found={found} onSelect={select} />}
          {tab === "tests" && (
            <TestPanel
              name={name}
              draft={draft}
              flows={flows}
              attempt={attempt}
              isBroken={found.broken.length > 0 || broken !== null}
              onChange={(tests) => write((now) => ({ ...now, tests }), "tests")}
            />
          )}
          {tab === "walk" && (
            <WalkPanel
              name={name}
              draft={draft}
              flow={flow}
              flows={flows}
              attempt={attempt}
              onWalked={setWalked}
              onKeep={(tests) => write((now) => ({ ...now, tests }))}
            />
          )}
          {tab === "versions" && (
            <VersionPanel
              {...{ name, flows, attempt, refresh }}
              known={overview.find((one) => one.flow === name) ?? null}
              onLoad={(loaded) => write(() => loaded)}
              onCompare={setCompared}
              onOpen={onOpen}
            />
          )}
        </div>
      </section>
    </main>
  );
}

/** The flow in a source; of a source that is no YAML, the flow of before. */
function useReading(source: string) {
  const reading = useMemo(() => read(source), [source]);
  const [last, setLast] = useState<Fields>({});
  if (reading.flow && reading.flow !== last) setLast(reading.flow);
  return { flow: reading.flow ?? last, broken: reading.broken };
}

/** What lint finds, a moment after the last change; `isNew`: it has not looked at the last change yet. */
function useFound(flows: Library, name: string, draft: Draft, attempt: Try): Found & { isNew: boolean } {
  const language = useContext(LanguageContext);
  const [found, setFound] = useState<{ source: string; found: Found } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is found is told in a language
  useEffect(() => {
    const timer = setTimeout(async () => {
      const told = await attempt(flows.check(name, { source: draft.source, tests: {} }));
      if (told) setFound({ source: draft.source, found: told });
    }, CHECK_AFTER);
    return () => clearTimeout(timer);
  }, [flows, name, draft.source, attempt, language]);
  return useMemo(
    () => ({ ...(found?.found ?? NOTHING), isNew: found?.source !== draft.source }),
    [found, draft.source],
  );
}

function useCallers(flows: Library, name: string): Record<string, number> {
  const [callers, setCallers] = useState<Record<string, number>>({});
  useEffect(() => {
    const look = async () => {
      if (document.hidden) return;
      const told = await flows.callers(name);
      if (told.ok) setCallers(told.content.callers);
    };
    void look();
    const timer = setInterval(look, CALLERS_EVERY);
    return () => clearInterval(timer);
  }, [flows, name]);
  return callers;
}

/** Asks before the page is left while something is not saved. */
function useWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isNeeded]);
}

function counted(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
