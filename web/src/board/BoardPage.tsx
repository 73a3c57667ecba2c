// The operator's board of whoever signed in: live, looking back, or on the wall.

import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { browserAround } from "../shared/browser";
import type { PageProps } from "../shared/Gate";
import { TopBar } from "../shared/TopBar";
import { Dispatch } from "./dispatch/Dispatch";
import { BoardFollowing } from "./following";
import { History } from "./History";
import { Live } from "./Live";
import { Wall } from "./Wall";
import { useWords } from "./words/words";

export function BoardPage({ person, looks, onFailed, onLeave }: PageProps) {
  const following = useFollowing(onFailed);
  const view = useSyncExternalStore(following.subscribe, following.current);
  const now = useClock(view.ahead);
  const words = useWords();
  const [place, setPlace] = useState<"live" | "dispatch" | "history">("live");
  const isWall = new URLSearchParams(location.search).has("wall");
  const health = <p className={`health ${view.health}`}>{words.health[view.health]}</p>;
  if (person.role === "agent") return <main className="form-page">{words.notAllowed}</main>;
  if (isWall)
    return view.board ? (
      <Wall board={view.board} now={now} health={health} />
    ) : (
      <main className="form-page">{health}</main>
    );
  return (
    <>
      <title>{`${words.title} · Tandem`}</title>
      <TopBar person={person} looks={looks} onLeave={onLeave}>
        {health}
      </TopBar>
      <main className="board" data-health={view.health}>
        <h1 className="hidden">{words.title}</h1>
        <div className="tabs">
          {(["live", "dispatch", "history"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={place === one} onClick={() => setPlace(one)}>
              {words.tabs[one]}
            </button>
          ))}
          <a href="/board?wall">{words.tabs.wall}</a>
        </div>
        {view.health === "over" && <p role="alert">{view.trouble}</p>}
        {place === "history" ? (
          <History queues={[...(view.board?.queues.keys() ?? [])]} language={looks.language} />
        ) : view.board && place === "dispatch" ? (
          <Dispatch board={view.board} now={now} language={looks.language} csrf={person.csrf} />
        ) : view.board ? (
          <Live board={view.board} now={now} person={person} language={looks.language} able={view.health === "live"} />
        ) : (
          <p aria-busy="true">{words.health[view.health]}</p>
        )}
      </main>
    </>
  );
}

function useFollowing(onFailed: () => void): BoardFollowing {
  const following = useMemo(() => new BoardFollowing(browserAround("/board/live", onFailed)), [onFailed]);
  useEffect(() => {
    following.start();
    const wake = () => following.wake();
    const shown = () => document.visibilityState === "visible" && following.wake();
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", shown);
    return () => {
      window.removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", shown);
      following.end();
    };
  }, [following]);
  return following;
}

/** The centre's time, epoch seconds, each second anew. */
function useClock(ahead: number): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now + ahead;
}
