// The quarter-hour dispatch: what is to come, what to do about it, and what came of what was done.

import { useCallback, useEffect, useState } from "react";
import { type Answer, ask } from "../../shared/api";
import type { Language } from "../../shared/language";
import { timeOfDay } from "../../shared/time";
import type { Board } from "../board";
import { useWords } from "../words/words";
import type { Looked, Outlook } from "./dispatch";
import { Forecast } from "./Forecast";
import { Loans } from "./Loans";
import { Proposals } from "./Proposals";

const LOOK_AGAIN = 3000;

interface DispatchProps {
  board: Board;
  now: number;
  language: Language;
  csrf: string;
}

export function Dispatch({ board, now, language, csrf }: DispatchProps) {
  const words = useWords().dispatch;
  const { answer, look } = useOutlook(board);
  const [refused, setRefused] = useState("");
  const tell = async (path: string) => {
    const told = await ask("POST", path, {}, csrf);
    setRefused(told.ok ? "" : told.failure.message);
    look();
  };
  const about = { loans: board.centre.loans, now, language, onTell: tell };
  const looked = answer?.ok ? answer.content : null;
  const working = looked?.working ?? true;
  const trouble = refused || (answer && !answer.ok ? answer.failure.message : "");
  return (
    <div className="dispatch">
      <div className="filters">
        <button type="button" disabled={working} onClick={() => void tell("/dispatch")}>
          {words.anew}
        </button>
        <output>
          {working ? words.working : looked?.outlook ? words.made(timeOfDay(looked.outlook.made_at)) : words.none}
        </output>
      </div>
      {trouble && <p role="alert">{words.refused(trouble)}</p>}
      {looked?.failed && <p role="alert">{words.failed(looked.failed)}</p>}
      <div className="side-by-side">
        <div className="below">
          {looked?.outlook && <Proposals outlook={looked.outlook} {...about} />}
          <Loans {...about} />
        </div>
        <div className="below">{looked?.outlook && <Shown outlook={looked.outlook} />}</div>
      </div>
    </div>
  );
}

function Shown({ outlook }: { outlook: Outlook }) {
  const words = useWords().dispatch;
  const [name, setName] = useState("");
  const queue = outlook.queues.find((one) => one.queue === name) ?? outlook.queues[0];
  return (
    <>
      {outlook.queues.length > 0 && (
        <label className="filters">
          {words.queue}
          <select value={queue?.queue} onChange={(event) => setName(event.target.value)}>
            {outlook.queues.map((one) => (
              <option key={one.queue}>{one.queue}</option>
            ))}
          </select>
        </label>
      )}
      {queue && <Forecast key={queue.queue} queue={queue} outlook={outlook} />}
      {outlook.unknown.length > 0 && <p className="note">{words.unknown(outlook.unknown.join(", "))}</p>}
    </>
  );
}

/** The newest outlook; asked for again when the board tells of another, and while one is being made. */
function useOutlook(board: Board): { answer: Answer<Looked> | null; look: () => void } {
  const [answer, setAnswer] = useState<Answer<Looked> | null>(null);
  const { outlook_made_at: made, outlook_failed: failed } = board.process;
  const news = `${made} ${failed}`;
  const look = useCallback(() => void ask<Looked>("GET", "/dispatch").then(setAnswer), []);
  useEffect(() => {
    if (news) look();
  }, [news, look]);
  useEffect(() => {
    if (!answer?.ok || !answer.content.working) return;
    const timer = setTimeout(look, LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [answer, look]);
  return { answer, look };
}
