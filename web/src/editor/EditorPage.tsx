// The flow editor: the list of flows, and one of them opened.

import { useCallback, useEffect, useMemo, useState } from "react";
import type { Answer } from "../shared/api";
import type { PageProps } from "../shared/Gate";
import { TopBar } from "../shared/TopBar";
import { type Basis, type Centre, type Draft, library, type Overview } from "./draft";
import { FlowList } from "./FlowList";
import { FlowRoom } from "./FlowRoom";
import type { Schema } from "./schema";
import { useWords } from "./words/words";

/** A flow as it is opened; `saved` is what the centre has of it, null for one that it does not know yet. */
export interface Opened {
  flow: string;
  draft: Draft;
  saved: Draft | null;
  basis: Basis;
}

/** Does what is asked of the centre; null, told to the admin, where it does not work. */
export type Try = <T>(answer: Promise<Answer<T>>) => Promise<T | null>;

export function EditorPage({ person, looks, onFailed, onLeave }: PageProps) {
  const words = useWords();
  const flows = useMemo(() => library(person), [person]);
  const [schema, setSchema] = useState<Schema | null>(null);
  const [centre, setCentre] = useState<Centre>({ queues: [], services: [] });
  const [overview, setOverview] = useState<Overview[]>([]);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState("");

  const attempt: Try = useCallback(
    async (answer) => {
      const told = await answer;
      if (told.ok) return told.content;
      setProblem(told.failure.status ? words.failed(told.failure.message) : words.unreached);
      if (told.failure.status === 401) onFailed();
      return null;
    },
    [words, onFailed],
  );
  useForgetting(problem, setProblem);
  const refresh = useCallback(async () => {
    const told = await attempt(flows.overview());
    if (told) setOverview(told);
    return told;
  }, [attempt, flows]);
  const isAdmin = person.role === "admin";
  useEffect(() => {
    if (!isAdmin) return;
    void refresh();
    void attempt(flows.schema()).then(setSchema);
    void attempt(flows.centre()).then((told) => told && setCentre(told));
  }, [isAdmin, refresh, attempt, flows]);

  const begin = (flow: string, draft: Draft) => setOpened({ flow, draft, saved: null, basis: { number: 0, draft: 0 } });
  const open = async (flow: string, written?: string) => {
    const known = (await refresh())?.find((one) => one.flow === flow);
    if (!known) {
      if (written !== undefined) begin(flow, { source: written, tests: {} });
      return;
    }
    const number = known.in_force?.number ?? known.newest;
    const draft = await attempt<Draft>(known.draft || !number ? flows.draft(flow) : flows.version(flow, number));
    if (!draft) return;
    const { source, tests } = draft;
    setOpened({ flow, draft: { source: written ?? source, tests }, saved: { source, tests }, basis: basisOf(known) });
  };
  const copy = async (flow: string, copied: string) => {
    const known = overview.find((one) => one.flow === copied);
    const number = known?.in_force?.number ?? known?.newest;
    const version = number ? await attempt(flows.version(copied, number)) : null;
    if (version) begin(flow, { source: version.source.replace(/^name: *\S+/m, `name: ${flow}`), tests: {} });
  };

  return (
    <>
      <TopBar person={person} looks={looks} onLeave={onLeave} />
      <title>{`${opened ? `${opened.flow} · ` : ""}${words.title} · Tandem`}</title>
      {problem && (
        <p className="problem told" role="alert">
          {problem}
        </p>
      )}
      {!isAdmin ? (
        <main>
          <h1>{words.notForYou}</h1>
        </main>
      ) : opened && schema ? (
        <FlowRoom
          key={`${opened.flow} ${opened.basis.number} ${opened.basis.draft}`}
          opened={opened}
          schema={schema}
          centre={centre}
          overview={overview}
          flows={flows}
          looks={looks}
          attempt={attempt}
          refresh={refresh}
          onOpen={open}
          onClose={() => {
            setOpened(null);
            void refresh();
          }}
        />
      ) : (
        <FlowList overview={overview} onOpen={open} onNew={begin} onCopy={copy} onImport={open} />
      )}
    </>
  );
}

/** What went wrong is told until the next thing is done. */
function useForgetting(problem: string, setProblem: (problem: string) => void): void {
  useEffect(() => {
    if (!problem) return;
    const forget = () => setProblem("");
    document.addEventListener("click", forget, true);
    document.addEventListener("keydown", forget, true);
    return () => {
      document.removeEventListener("click", forget, true);
      document.removeEventListener("keydown", forget, true);
    };
  }, [problem, setProblem]);
}

/** What a change to a flow begins from. */
export function basisOf(known: Overview | undefined): Basis {
  return { number: known?.in_force?.number ?? 0, draft: known?.draft?.at ?? 0 };
}
