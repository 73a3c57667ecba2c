// The past: figures by quarter-hour and day, and who is behind each.

import { useEffect, useMemo, useState } from "react";
import { type Answer, ask } from "../shared/api";
import type { Language } from "../shared/language";
import { BehindDialog, ContactDialog } from "./BehindDialog";
import { Plot, type Series } from "./Plot";
import { behindOf, dayOf, type Kind, pathOf, type Row, series, TABLES, written } from "./past";
import { type Column, Table } from "./Table";
import { useWords, type Words } from "./words/words";

/** Those behind a number, or one contact. */
type Looked = { title: string; path: string } | { call: string };

export function History({ queues, language }: { queues: string[]; language: Language }) {
  const words = useWords();
  const [kind, setKind] = useState<Kind>("queues");
  const [day, setDay] = useState(() => dayOf(Date.now() / 1000));
  const [queue, setQueue] = useState("");
  const [looked, setLooked] = useState<Looked | null>(null);
  const answer = useAnswer<Row[]>(pathOf(kind, day, queue));
  const rows = answer?.ok ? answer.content : [];
  const data = useMemo(() => series(rows), [rows]);
  const names: Record<string, string> = words.names;
  const hints: Record<string, string> = words.history.service;
  const { columns, figures, name } = TABLES[kind];
  const look = (row: Row, figure: string) =>
    setLooked(
      figure === "call"
        ? { call: String(row.call) }
        : { title: `${names[figure]}, ${row[name]}`, path: behindOf(kind, day, row, figure) },
    );
  const shown: Column<Row>[] = columns.map((column) => ({
    name: column,
    title: names[column] ?? column,
    ...(hints[column] && { hint: hints[column] }),
    key: (row) => row[column] ?? null,
    cell: (row) =>
      figures.includes(column) && row[column] ? (
        <button type="button" className="figure" onClick={() => look(row, column)}>
          {written(column, row[column])}
        </button>
      ) : (
        written(column, row[column])
      ),
  }));
  return (
    <div className="history">
      <div className="filters">
        {(Object.keys(TABLES) as Kind[]).map((one) => (
          <button key={one} type="button" aria-pressed={kind === one} onClick={() => setKind(one)}>
            {words.history.show[one]}
          </button>
        ))}
        <label>
          {words.history.day}
          <input
            type="date"
            value={day}
            required
            onChange={(event) => event.target.value && setDay(event.target.value)}
          />
        </label>
        {kind === "queues" && (
          <label>
            {words.history.queue}
            <select value={queue} onChange={(event) => setQueue(event.target.value)}>
              <option value="">{words.all}</option>
              {queues.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        <a href={pathOf(kind, day, queue, "csv")} download>
          {words.history.csv}
        </a>
      </div>
      {answer && !answer.ok && <p role="alert">{words.history.failed(answer.failure.message)}</p>}
      {answer?.ok && rows.length === 0 && <p>{words.history.none}</p>}
      {kind === "queues" && rows.length > 0 && <Plot data={data} series={plotted(words)} label={words.history.plot} />}
      {rows.length > 0 && (
        <Table
          key={kind}
          caption={words.history.show[kind]}
          columns={shown}
          rows={rows}
          name={(row) => `${row.start ?? ""} ${row[name]} ${row.channel ?? row.device ?? ""} ${row.told_by ?? ""}`}
          first={columns[0] ?? name}
        />
      )}
      {kind === "queues" && (
        <ul className="note">
          {Object.entries(words.history.service).map(([figure, formula]) => (
            <li key={figure}>{`${names[figure]}: ${formula}`}</li>
          ))}
        </ul>
      )}
      {looked && "path" in looked && <BehindDialog {...looked} language={language} onClose={() => setLooked(null)} />}
      {looked && "call" in looked && <ContactDialog {...looked} language={language} onClose={() => setLooked(null)} />}
    </div>
  );
}

function plotted({ names }: Words): Series[] {
  return [
    { label: names.offered, colour: "--text", dash: [] },
    { label: names.answered, colour: "--good", dash: [6, 3] },
    { label: names.abandoned, colour: "--bad", dash: [2, 3] },
  ];
}

/** What the centre answers there; null until it has. */
export function useAnswer<T>(path: string): Answer<T> | null {
  const [answer, setAnswer] = useState<{ path: string; answer: Answer<T> } | null>(null);
  useEffect(() => {
    let wanted = true;
    void ask<T>("GET", path).then((answer) => wanted && setAnswer({ path, answer }));
    return () => {
      wanted = false;
    };
  }, [path]);
  return answer?.path === path ? answer.answer : null;
}
