// The contacts behind a number, page by page, and one of them with all that is known of it.

import { useEffect, useRef, useState } from "react";
import type { Language } from "../shared/language";
import { Recordings } from "../shared/Recordings";
import { timeOfDay } from "../shared/time";
import { useAnswer } from "./History";
import { BEHIND, type Behind, type Row, written } from "./past";
import { useWords } from "./words/words";

const AT_ONCE = 20;

interface DialogProps {
  title: string;
  path: string;
  language: Language;
  onClose: () => void;
}

export function BehindDialog({ title, path, language, onClose }: DialogProps) {
  const words = useWords();
  const [offset, setOffset] = useState(0);
  const [call, setCall] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const answer = useAnswer<Behind>(`${path}&offset=${offset}&limit=${AT_ONCE}`);
  const { total, rows } = answer?.ok ? answer.content : { total: 0, rows: [] };
  return (
    <dialog ref={dialog} className="behind" onClose={onClose} aria-labelledby="behind">
      <h2 id="behind">{call || `${title}: ${answer?.ok ? total : "…"}`}</h2>
      {answer && !answer.ok && <p role="alert">{words.history.failed(answer.failure.message)}</p>}
      {call ? <OneContact call={call} language={language} /> : <Rows rows={rows} onLook={setCall} />}
      <div className="buttons">
        {call ? (
          <button type="button" onClick={() => setCall("")}>
            {words.history.earlier}
          </button>
        ) : (
          <>
            <button type="button" disabled={offset === 0} onClick={() => setOffset(offset - AT_ONCE)}>
              {words.history.earlier}
            </button>
            <button type="button" disabled={offset + AT_ONCE >= total} onClick={() => setOffset(offset + AT_ONCE)}>
              {words.history.later}
            </button>
            <a href={`${path}&limit=500&format=csv`} download>
              {words.history.csv}
            </a>
          </>
        )}
        <button type="button" className="main" onClick={() => dialog.current?.close()}>
          {words.history.close}
        </button>
      </div>
    </dialog>
  );
}

interface ContactDialogProps {
  call: string;
  language: Language;
  onClose: () => void;
}

export function ContactDialog({ call, language, onClose }: ContactDialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="behind" onClose={onClose} aria-labelledby="behind">
      <h2 id="behind">{call}</h2>
      <OneContact call={call} language={language} />
      <div className="buttons">
        <button type="button" className="main" onClick={() => dialog.current?.close()}>
          {words.history.close}
        </button>
      </div>
    </dialog>
  );
}

function Rows({ rows, onLook }: { rows: Row[]; onLook: (call: string) => void }) {
  const words = useWords();
  const names: Record<string, string> = words.names;
  return (
    <table>
      <thead>
        <tr>
          {BEHIND.map((column) => (
            <th key={column} scope="col">
              {names[column]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.call} ${row.at} ${row.queue}`}>
            {BEHIND.map((column) => (
              <td key={column}>
                {column === "call" ? (
                  <button type="button" className="figure" onClick={() => onLook(String(row.call))}>
                    {row.call}
                  </button>
                ) : (
                  written(column, row[column])
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Whole {
  steps: { at: number; call: string; number: number; what: string; detail: string }[];
  offers: { offer: number; offered_at: number; agent: string; queue: string; outcome: string }[];
  heard: Row[];
}

const HEARD = ["codec", "loss", "jitter", "round_trip"];

export function OneContact({ call, language }: { call: string; language: Language }) {
  const words = useWords();
  const names: Record<string, string> = words.names;
  const name = encodeURIComponent(call);
  const whole = useAnswer<Whole>(`/history/contacts/${name}`);
  const why = useAnswer<{ at: number; text: string }[]>(`/history/contacts/${name}/why?language=${language}`);
  return (
    <div className="one">
      {whole && !whole.ok && <p role="alert">{words.history.failed(whole.failure.message)}</p>}
      <h3>{words.history.path}</h3>
      <ol>
        {whole?.ok &&
          whole.content.steps.map(({ at, call, number, what, detail }) => (
            <li key={`${call} ${number}`}>{`${timeOfDay(at)} ${what} ${detail}`}</li>
          ))}
      </ol>
      <h3>{words.history.offers}</h3>
      <ol>
        {whole?.ok &&
          whole.content.offers.map(({ offer, offered_at, agent, queue, outcome }) => (
            <li key={offer}>{`${timeOfDay(offered_at)} ${queue} → ${agent}: ${outcome}`}</li>
          ))}
      </ol>
      <Recordings contact={call} />
      <h3>{words.history.heard}</h3>
      <ol>
        {whole?.ok &&
          whole.content.heard.map((talk) => (
            <li key={`${talk.device} ${talk.told_by} ${talk.at}`}>
              {`${written("at", talk.at)} ${talk.device} (${talk.told_by}): ${written("score", talk.score)}; `}
              {HEARD.map((one) => `${names[one]} ${written(one, talk[one])}`).join(", ")}
            </li>
          ))}
      </ol>
      <h3>{words.history.why}</h3>
      {why && !why.ok && <p>{why.failure.message}</p>}
      <ol>
        {why?.ok &&
          why.content.map(({ at, text }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two may be told alike, and the list never changes
            <li key={index}>{`${timeOfDay(at)} ${text}`}</li>
          ))}
      </ol>
    </div>
  );
}
