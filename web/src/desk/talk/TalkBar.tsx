// What an agent does about the call they are in.

import { useState } from "react";
import type { Contact } from "../../cti/messages";
import type { Do } from "../DeskView";
import { KEYS, type Shortcut, useShortcuts } from "../shortcuts";
import { KeyPad } from "./KeyPad";
import { TargetDialog } from "./TargetDialog";
import "./talk.css";
import { type TalkVerb, verbsOf } from "./verbs";
import { useTalkWords } from "./words";

interface TalkBarProps {
  contact: Contact;
  /** Whose desk it is. */
  agent: string;
  able: boolean;
  act: Do;
}

const SHORTCUTS: Partial<Record<TalkVerb, Shortcut>> = {
  hold: "hold",
  retrieve: "hold",
  transfer: "transfer",
  swap: "swap",
  mute: "mute",
  unmute: "mute",
  "pause-recording": "record",
  "resume-recording": "record",
  "hang-up": "hangUp",
};

export function TalkBar({ contact, agent, able, act }: TalkBarProps) {
  const words = useTalkWords();
  const [open, setOpen] = useState<"" | "keys" | "transfer">("");
  const verbs = verbsOf(contact);
  const does = (verb: TalkVerb) => {
    if (verb === "keys" || verb === "transfer") setOpen(open === verb ? "" : verb);
    else void act(verb, { contact: contact.contact });
  };
  const keyed = verbs.filter((verb) => SHORTCUTS[verb]).map((verb) => [SHORTCUTS[verb], () => does(verb)]);
  useShortcuts(able ? Object.fromEntries(keyed) : {});
  if (verbs.length === 0) return null;
  const { hangUp, pauseRecording, resumeRecording, ...others } = words.verbs;
  const names: Record<TalkVerb, string> = {
    ...others,
    "hang-up": hangUp,
    "pause-recording": pauseRecording,
    "resume-recording": resumeRecording,
  };
  return (
    <fieldset className="talk" aria-label={words.label}>
      <Consulted contact={contact} />
      {contact.recording && (
        <output className={`recording ${contact.recording}`}>{words.recording[contact.recording]}</output>
      )}
      <p className="buttons">
        {verbs.map((verb) => {
          const shortcut = SHORTCUTS[verb];
          return (
            <button
              key={verb}
              type="button"
              className={verb === "hang-up" ? "bad" : ""}
              disabled={!able}
              {...(verb === "keys" && { "aria-expanded": open === "keys" })}
              {...(verb === "transfer" && { "aria-haspopup": "dialog" as const })}
              onClick={() => does(verb)}
            >
              {names[verb]} {shortcut && <kbd>Alt+{KEYS[shortcut]}</kbd>}
            </button>
          );
        })}
      </p>
      {open === "keys" && verbs.includes("keys") && <KeyPad contact={contact.contact} able={able} act={act} />}
      {open === "transfer" && verbs.includes("transfer") && (
        <TargetDialog contact={contact.contact} agent={agent} act={act} onClose={() => setOpen("")} />
      )}
    </fieldset>
  );
}

/** Who talks with whom, while somebody is consulted. */
function Consulted({ contact: { channel, consultation } }: { contact: Contact }) {
  const words = useTalkWords();
  if (!consultation) return null;
  const { state, agent, asked, colleague, note } = consultation;
  const text = channel === "consultation" ? words.askedBy(agent) : words.consultation[state](colleague || asked);
  return (
    <output className="consulted">
      {text} {note && <q>{note}</q>}
    </output>
  );
}
