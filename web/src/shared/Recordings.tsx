// What was recorded in a contact, to be heard by those with the right; others see nothing.

import { createContext, useContext, useEffect, useState } from "react";
import { ask } from "./api";
import type { Person } from "./session";
import { dayAndTime } from "./time";
import { useWords } from "./words/words";

/** One of GET /contacts/{contact}/recordings. */
export interface Recording {
  recording: string;
  kind: "talk" | "voicemail";
  at: number;
  seconds: number;
  agent: string;
}

export const PersonContext = createContext<Person | null>(null);
export const useMayHear = () => useContext(PersonContext)?.hears_recordings ?? false;

export function Recordings({ contact }: { contact: string }) {
  return useMayHear() ? <Players key={contact} contact={contact} /> : null;
}

function Players({ contact }: { contact: string }) {
  const { recordings: words } = useWords();
  const [found, setFound] = useState<Recording[] | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    void ask<Recording[]>("GET", `/contacts/${encodeURIComponent(contact)}/recordings`).then((answer) => {
      if (!wanted) return;
      setFailed(!answer.ok);
      if (answer.ok) setFound(answer.content);
    });
    return () => {
      wanted = false;
    };
  }, [contact]);
  if (failed) return <p role="alert">{words.failed}</p>;
  if (!found) return null;
  if (found.length === 0) return <p>{words.none}</p>;
  return (
    <ul className="recordings" aria-label={words.title}>
      {found.map((one) => {
        const name = words.told(one.kind, dayAndTime(one.at), one.agent, Math.round(one.seconds));
        return (
          <li key={one.recording}>
            <span>{name}</span>
            {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said */}
            <audio
              controls
              preload="none"
              aria-label={name}
              src={`/recordings/${encodeURIComponent(one.recording)}/audio`}
            />
          </li>
        );
      })}
    </ul>
  );
}
