// One agent: what they do now, a supervisor on their talk, and another state for them.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask } from "../shared/api";
import { type Person, pauseReasons } from "../shared/session";
import { useKept } from "../shared/settings";
import { clock } from "../shared/time";
import type { Agent, Board } from "./board";
import { type MyTalk, told } from "./OnTalk";
import { isInTalk, MODES, type Phone, phoneOf } from "./supervise";
import { useFresh } from "./useFresh";
import { useWords } from "./words/words";

interface DialogProps {
  agent: Agent;
  board: Board;
  now: number;
  person: Person;
  talk: MyTalk;
  able: boolean;
  onClose: () => void;
}

/** True: it was not refused. */
type Tell = (verb: string, given?: object) => Promise<boolean>;

export function AgentDialog({ agent, board, now, person, talk, able, onClose }: DialogProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  const tell: Tell = async (verb, given = {}) => {
    const path = `/agents/${encodeURIComponent(agent.agent)}/${verb}`;
    const answer = await ask("POST", path, given, person.csrf);
    setProblem(answer.ok ? "" : words.supervise.refused(answer.failure));
    return answer.ok;
  };
  const states: Record<string, string> = words.states;
  return (
    <dialog ref={dialog} className="behind supervise" onClose={onClose} aria-labelledby="one-agent">
      <h2 id="one-agent">{agent.name ? `${agent.name} (${agent.agent})` : agent.agent}</h2>
      <p>
        <span className={`state ${agent.state}`}>{states[agent.state] ?? agent.state}</span>
        {agent.reason && `: ${words.supervise.reasons[agent.reason] ?? agent.reason}`} {clock(now - agent.since)}
        {agent.wants !== "ready" &&
          agent.wants !== agent.state &&
          ` · ${words.supervise.next(states[agent.wants] ?? agent.wants)}`}
      </p>
      <ul>
        {agent.contacts.map(({ contact, queue, channel, state }) => (
          <li key={contact}>{`${queue} · ${channel} · ${words.supervise.contactStates[state] ?? state}`}</li>
        ))}
      </ul>
      <OnTheTalk {...{ agent, board, now, person, talk, able, tell }} />
      <States agent={agent} able={able} tell={tell} />
      <p className={problem ? "notice bad" : "hidden"} role="alert">
        {problem}
      </p>
      <div className="buttons">
        <button type="button" className="main" onClick={() => dialog.current?.close()}>
          {words.history.close}
        </button>
      </div>
    </dialog>
  );
}

type TalkProps = Omit<DialogProps, "onClose"> & { tell: Tell };

/** Listen, whisper, barge: with which phone, who is there already, and what mine does. */
function OnTheTalk({ agent, board, now, person, talk, able, tell }: TalkProps) {
  const words = useWords().supervise;
  const every = useWords();
  const { answer } = useFresh<Phone[]>("/monitoring/phones", board.position.number);
  const [chosen, choose] = useKept<string>("board.phone", "");
  const phones = answer?.ok ? answer.content : [];
  const phone = phoneOf(phones, chosen, person.agent);
  const mine = talk.mine?.agent === agent.agent ? talk.mine.monitor : null;
  const about = mine || talk.last?.agent === agent.agent;
  const others = agent.monitors.filter(({ by }) => by !== person.name);
  const leave = async () => {
    talk.leaving(true);
    if (!(await tell("stop"))) talk.leaving(false);
  };
  const may = able && (mine !== null || (isInTalk(agent) && phone !== null));
  return (
    <section aria-labelledby="talk">
      <h3 id="talk">{words.talk}</h3>
      <label>
        {words.phone}
        <select
          value={phone?.device ?? ""}
          disabled={mine !== null}
          aria-describedby="phone"
          onChange={(event) => choose(event.target.value)}
        >
          {!phone && <option value="">{words.choose}</option>}
          {phones.map(({ device, agent, free }) => (
            <option key={`${agent} ${device}`} value={device}>
              {`${agent}: ${device}${free ? "" : ` (${words.busy})`}`}
            </option>
          ))}
        </select>
      </label>
      <p id="phone" className="note">
        {phone ? words.willRing(phone, phone.agent === person.agent) : words.noPhone(person.agent, phones.length)}
      </p>
      <p className="buttons">
        {MODES.map((mode) => (
          <button
            key={mode}
            type="button"
            aria-pressed={mine?.mode === mode}
            disabled={!may}
            onClick={() => void tell(mode, mine ? {} : { device: phone?.device })}
          >
            {words.modes[mode]}
          </button>
        ))}
        <button type="button" disabled={!able || !mine} onClick={leave}>
          {words.stop}
        </button>
      </p>
      <output className={about ? "mine" : "note"}>
        {about ? told(talk, now, every) : isInTalk(agent) ? words.explained : words.noTalk}
      </output>
      {others.length > 0 && (
        <ul>
          {others.map(({ by, mode, state }) => (
            <li key={by}>{words.other(by, mode, state)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Ready, a pause, the end of work: as the agent could ask for it themselves. */
function States({ agent, able, tell }: { agent: Agent; able: boolean; tell: Tell }) {
  const words = useWords().supervise;
  const [reasons, setReasons] = useState<string[]>([]);
  useEffect(() => void pauseReasons().then((answer) => answer.ok && setReasons(answer.content)), []);
  const pause = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void tell("pause", { reason: new FormData(event.currentTarget).get("reason") });
  };
  const out = agent.wants === "signed_out";
  return (
    <section aria-labelledby="force">
      <h3 id="force">{words.force}</h3>
      <form className="buttons" onSubmit={pause}>
        <button type="button" disabled={!able || out} onClick={() => void tell("ready")}>
          {words.ready}
        </button>
        <label htmlFor="reason">
          {words.reason}
          {reasons.length > 0 ? (
            <select id="reason" name="reason">
              {reasons.map((reason) => (
                <option key={reason}>{reason}</option>
              ))}
            </select>
          ) : (
            <input id="reason" name="reason" required maxLength={64} />
          )}
        </label>
        <button type="submit" disabled={!able || out}>
          {words.pause}
        </button>
        <button type="button" disabled={!able || out} onClick={() => void tell("sign-out")}>
          {words.signOut}
        </button>
      </form>
      <p className="note">{out ? words.isOut : words.forceHint}</p>
    </section>
  );
}
