// The desk of whoever signed in: the connection, and what stands in its way.

import { type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Connection } from "../cti/connection";
import { browserAround } from "../shared/browser";
import type { PageProps } from "../shared/Gate";
import { DeskView } from "./DeskView";
import { useWords } from "./words/words";

export function DeskPage({ person, looks, onFailed, onLeave }: PageProps) {
  const connection = useConnection(onFailed);
  const view = useSyncExternalStore(connection.subscribe, connection.current);
  const words = useWords();
  if (view.health === "over") {
    const { code, message } = view.trouble ?? { code: "", message: "" };
    const known: Record<string, string> = words.over;
    return (
      <Choice title={words.over.title} text={known[code] ?? message}>
        <button type="button" onClick={() => connection.start()}>
          {words.over.again}
        </button>
        <button type="button" onClick={onLeave}>
          {words.settings.out}
        </button>
      </Choice>
    );
  }
  if (view.health === "at_work") {
    return (
      <Choice title={words.elsewhere.title} text={words.elsewhere.text}>
        <button type="button" className="main" onClick={() => connection.takeOver()}>
          {words.elsewhere.take}
        </button>
        <button type="button" onClick={() => connection.watch()}>
          {words.elsewhere.watch}
        </button>
      </Choice>
    );
  }
  if (!view.desk)
    return (
      <main className="form-page" aria-busy="true">
        {words.health[view.health]}
      </main>
    );
  return (
    <DeskView person={person} desk={view.desk} view={view} connection={connection} looks={looks} onLeave={onLeave} />
  );
}

/** The connection of this page; `?agent=` opens another's desk, for supervisors. */
function useConnection(onFailed: () => void): Connection {
  const [agent] = useState(() => new URLSearchParams(location.search).get("agent") ?? "");
  const connection = useMemo(
    () => new Connection(browserAround("/desktop", onFailed), nameOfOwn(), agent),
    [onFailed, agent],
  );
  useEffect(() => {
    connection.start();
    const hidden = () => connection.end();
    const shown = (event: PageTransitionEvent) => event.persisted && connection.start();
    const wake = () => connection.wake();
    window.addEventListener("pagehide", hidden);
    window.addEventListener("pageshow", shown);
    window.addEventListener("online", wake);
    return () => {
      window.removeEventListener("pagehide", hidden);
      window.removeEventListener("pageshow", shown);
      window.removeEventListener("online", wake);
      connection.end();
    };
  }, [connection]);
  return connection;
}

/** A text that no other desktop has; no reload keeps it, as a copied tab would be told the same. */
function nameOfOwn(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

function Choice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main className="form-page">
      <title>{title}</title>
      <div className="choice">
        <h1>{title}</h1>
        <p>{text}</p>
        <div className="buttons">{children}</div>
      </div>
    </main>
  );
}
