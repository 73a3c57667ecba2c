// The agent: the state with its clock, what comes next, and the verbs about it.

import { useEffect, useRef, useState } from "react";
import type { Agent } from "../cti/messages";
import { type Person, pauseReasons } from "../shared/session";
import { clock } from "../shared/time";
import type { Do } from "./DeskView";
import { Menu } from "./Menu";
import { KEYS, useShortcuts } from "./shortcuts";
import { useWords, type Words } from "./words/words";

interface AgentBarProps {
  person: Person;
  agent: Agent;
  now: number;
  /** Whether this page may do something now. */
  able: boolean;
  act: Do;
}

const EXTENSION = 60;

export function AgentBar({ person, agent, now, able, act }: AgentBarProps) {
  const words = useWords();
  const [pausing, setPausing] = useState(false);
  const away = agent.state === "signed_out";
  const canBeReady =
    able &&
    !away &&
    !agent.wrapping.some(({ owed }) => owed) &&
    (agent.wants !== "ready" || agent.state === "wrap_up" || agent.state === "not_ready");
  const canExtend = able && agent.state === "wrap_up" && agent.extension_left > 0;
  const ready = () => void act("ready");
  const extend = () => void act("extend", { seconds: Math.min(EXTENSION, agent.extension_left) });
  const pause = (reason: string) => {
    setPausing(false);
    void act("pause", { reason });
  };
  useShortcuts({
    ...(canBeReady && { ready }),
    ...(canExtend && { extend }),
    ...(able && !away && { pause: () => setPausing(true) }),
  });
  return (
    <section className="agent" aria-label={words.agentState[agent.state]}>
      <h1 className="who">
        {agent.agent === person.agent ? person.display_name || person.name : agent.agent}
        <small>{agent.agent}</small>
      </h1>
      <State agent={agent} now={now} />
      {away ? (
        <button type="button" className="main" disabled={!able} onClick={() => void act("sign-in")}>
          {words.verbs.start}
        </button>
      ) : (
        <div className="buttons">
          <button type="button" className="main" disabled={!canBeReady} onClick={ready}>
            {words.verbs.ready} <kbd>Alt+{KEYS.ready}</kbd>
          </button>
          <PauseMenu able={able} open={pausing} onOpen={setPausing} onPause={pause} />
          {agent.state === "wrap_up" && (
            <button type="button" disabled={!canExtend} onClick={extend}>
              {words.verbs.extend} <kbd>Alt+{KEYS.extend}</kbd>
            </button>
          )}
          <button type="button" disabled={!able} onClick={() => void act("sign-out")}>
            {words.verbs.leave}
          </button>
        </div>
      )}
    </section>
  );
}

const KINDS: Partial<Record<Agent["state"], string>> = {
  ready: "good",
  paused: "warn",
  not_ready: "bad",
  signed_out: "quiet",
};

function State({ agent, now }: { agent: Agent; now: number }) {
  const words = useWords();
  const why = words.reason[agent.reason] ?? agent.reason;
  const left = agent.until === null ? null : clock(agent.until - now);
  const following = nextOf(agent, words);
  return (
    <p className={`state ${KINDS[agent.state] ?? "busy"}`} data-state={agent.state}>
      <strong>{words.agentState[agent.state]}</strong>
      {why && <span>{why}</span>}
      <time role="timer">
        {clock(now - (agent.state === "paused" ? (agent.paused_since ?? agent.since) : agent.since))}
      </time>
      {left && (
        <span className="left">
          {left} {words.wrapUpLeft}
        </span>
      )}
      {agent.monitored.map(({ by, mode }) => (
        <span key={by} className="monitored">
          {words.monitored[mode](by)}
        </span>
      ))}
      {following && (
        <span className="next">
          {words.next.title}: {following}
        </span>
      )}
      {agent.units > 0 && (
        <meter
          min={0}
          max={100}
          value={agent.units}
          aria-label={words.attention(agent.units)}
          title={words.attention(agent.units)}
        />
      )}
    </p>
  );
}

/** What comes after this state, where that is not plain. */
function nextOf(agent: Agent, words: Words): string {
  if (agent.wants === agent.state || agent.state === "signed_out") return "";
  if (agent.wants === "paused") return words.next.paused(agent.pause_reason);
  if (agent.wants === "signed_out") return words.next.signed_out;
  return agent.state === "ready" ? "" : words.next.ready;
}

interface PauseMenuProps {
  able: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onPause: (reason: string) => void;
}

function PauseMenu({ able, open, onOpen, onPause }: PauseMenuProps) {
  const words = useWords();
  const [reasons, setReasons] = useState<string[]>([]);
  const menu = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (!open) return;
    const ask = async () => {
      const answer = await pauseReasons();
      if (answer.ok) setReasons(answer.content);
    };
    void ask();
  }, [open]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the reasons are there, the first one has the focus.
  useEffect(() => {
    if (open) menu.current?.querySelector<HTMLElement>("button, input")?.focus();
  }, [open, reasons]);
  return (
    <Menu
      name={
        <>
          {words.verbs.pause} <kbd>Alt+{KEYS.pause}</kbd>
        </>
      }
      className="pause"
      able={able}
      open={open}
      onOpen={onOpen}
    >
      <fieldset ref={menu} className="menu">
        <legend>{words.pauseTitle}</legend>
        {reasons.map((reason) => (
          <button key={reason} type="button" onClick={() => onPause(reason)}>
            {reason}
          </button>
        ))}
        {reasons.length === 0 && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              onPause(String(new FormData(event.currentTarget).get("reason")));
            }}
          >
            <input name="reason" aria-label={words.pauseOther} placeholder={words.pauseOther} required maxLength={64} />
            <button type="submit" className="main">
              {words.verbs.pause}
            </button>
          </form>
        )}
      </fieldset>
    </Menu>
  );
}
