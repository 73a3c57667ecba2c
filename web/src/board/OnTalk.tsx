// Whose talk I am on, what my phone does, and how it ended: told where one looks, whatever else is open.

import { useEffect, useRef, useState } from "react";
import { clock } from "../shared/time";
import type { Board } from "./board";
import { type Farewell, farewell, type Mine, mineOf } from "./supervise";
import { useWords, type Words } from "./words/words";

export interface MyTalk {
  mine: Mine | null;
  /** How the last one ended, and on whose talk. */
  last: { how: Farewell | "left"; agent: string } | null;
  /** It ends because I say so; or does not. */
  leaving: (leaving: boolean) => void;
}

export function useMyTalk(board: Board, me: string): MyTalk {
  const mine = mineOf(board.agents.values(), me);
  const before = useRef<Mine | null>(null);
  const left = useRef(false);
  const [last, setLast] = useState<MyTalk["last"]>(null);
  useEffect(() => {
    const gone = before.current;
    before.current = mine;
    if (mine) setLast(null);
    else if (gone) {
      const how = left.current ? "left" : farewell(gone, board.agents.get(gone.agent));
      setLast({ how, agent: gone.agent });
    }
    if (!mine) left.current = false;
  }, [mine, board]);
  const leaving = (leaving: boolean) => {
    left.current = leaving;
  };
  return { mine, last, leaving };
}

/** In words; empty where there is nothing to tell. */
export function told({ mine, last }: MyTalk, now: number, words: Words): string {
  const { supervise } = words;
  if (mine) {
    const { state, mode, since, device } = mine.monitor;
    if (state === "asked") return supervise.rings(device);
    if (state === "waiting") return supervise.waits;
    return `${supervise.on[mode]} ${clock(now - since)}`;
  }
  return last ? supervise.ended[last.how] : "";
}

interface OnTalkProps {
  talk: MyTalk;
  now: number;
  onOpen: (agent: string) => void;
}

export function OnTalkBar({ talk, now, onOpen }: OnTalkProps) {
  const words = useWords();
  const agent = talk.mine?.agent ?? talk.last?.agent;
  return (
    <div className={agent ? "on-talk" : "hidden"}>
      <span>{agent && `${words.columns.agent} ${agent}: ${told(talk, now, words)}`}</span>
      {talk.mine && (
        <button type="button" onClick={() => talk.mine && onOpen(talk.mine.agent)}>
          {words.supervise.open}
        </button>
      )}
    </div>
  );
}
