// The floor as it is.

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Language } from "../shared/language";
import type { Person } from "../shared/session";
import { useKept } from "../shared/settings";
import { allowSound, ring } from "../shared/sound";
import { clock, timeOfDay } from "../shared/time";
import { AgentDialog } from "./AgentDialog";
import type { Agent, Board, Figure, Queue } from "./board";
import * as figures from "./figures";
import { OnTalkBar, useMyTalk } from "./OnTalk";
import { type Column, Table } from "./Table";
import { WaitingDialog } from "./WaitingDialog";
import { useWords, type Words } from "./words/words";

interface LiveProps {
  board: Board;
  now: number;
  person: Person;
  language: Language;
  /** Whether something can be done: what is shown is how it is. */
  able: boolean;
}

export function Live({ board, now, person, language, able }: LiveProps) {
  const words = useWords();
  const talk = useMyTalk(board, person.name);
  const [open, setOpen] = useState<{ what: "agent" | "queue"; name: string } | null>(null);
  const about = { board, now, person, able, onClose: () => setOpen(null) };
  const agent = open?.what === "agent" ? board.agents.get(open.name) : undefined;
  const [filter, setFilter] = useState("");
  const [team, setTeam] = useState("");
  const fits = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(filter.trim().toLowerCase()));
  const agents = [...board.agents.values()].filter(
    (agent) =>
      (!team || agent.team === team) && fits(agent.agent, agent.name, ...agent.contacts.map(({ queue }) => queue)),
  );
  const queues = [...board.queues.values()].filter(({ queue }) => fits(queue));
  const teams = [...new Set([...board.agents.values()].map((agent) => agent.team))].filter(Boolean).sort();
  return (
    <>
      <Alarms board={board} now={now} />
      <OnTalkBar talk={talk} now={now} onOpen={(name) => setOpen({ what: "agent", name })} />
      <div className="filters">
        <label>
          {words.filter}
          <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </label>
        {teams.length > 0 && (
          <label>
            {words.columns.team}
            <select value={team} onChange={(event) => setTeam(event.target.value)}>
              <option value="">{words.all}</option>
              {teams.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <Table
        caption={words.queues}
        columns={queueColumns(board, now, words, (name) => setOpen({ what: "queue", name }))}
        rows={queues}
        name={(row) => row.queue}
        first="queue"
      />
      <p className="note">{words.formula}</p>
      <Summary board={board} agents={agents} />
      <Table
        caption={words.agents}
        columns={agentColumns(board, now, words, (name) => setOpen({ what: "agent", name }))}
        rows={agents}
        name={(row) => row.agent}
        first="agent"
      />
      <Lately board={board} />
      {agent && <AgentDialog agent={agent} talk={talk} {...about} />}
      {open?.what === "queue" && <WaitingDialog queue={open.name} language={language} {...about} />}
    </>
  );
}

/** A figure with its level: by colour, by a mark, and in words. */
export function Marked({ level, children }: { level: figures.Level; children: ReactNode }) {
  const words = useWords();
  if (!level) return children;
  return (
    <span className={`mark ${level}`}>
      <span aria-hidden="true">{level === "bad" ? "‼ " : "! "}</span>
      {children}
      <span className="hidden"> ({words.levels[level]})</span>
    </span>
  );
}

export function queueColumns(
  board: Board,
  now: number,
  words: Words,
  onLook: (queue: string) => void,
): Column<Queue>[] {
  const marked = (figure: Figure, text: (queue: Queue) => string, title: string): Column<Queue> => ({
    name: figure,
    title,
    key: (queue) => figures.figuresOf(queue, now)[figure],
    cell: (queue) => <Marked level={figures.levelOf(board, queue, figure, now)}>{text(queue)}</Marked>,
  });
  const plain = (name: keyof Words["columns"], of: (queue: Queue) => number): Column<Queue> => ({
    name,
    title: words.columns[name],
    key: of,
    cell: of,
  });
  const { columns } = words;
  return [
    { name: "queue", title: columns.queue, key: (queue) => queue.queue, cell: (queue) => queue.queue },
    {
      ...marked("waiting", (queue) => `${queue.waiting}`, columns.waiting),
      cell: (queue) => (
        <Marked level={figures.levelOf(board, queue, "waiting", now)}>
          <Who queue={queue} onLook={onLook} />
        </Marked>
      ),
    },
    marked("longest_wait", (queue) => clock(figures.longestWait(queue, now)), columns.longest_wait),
    {
      name: "estimate",
      title: columns.estimate,
      key: (queue) => queue.estimate?.mean ?? null,
      cell: ({ estimate }) =>
        estimate ? `${clock(estimate.mean)} (${clock(estimate.earliest)}–${clock(estimate.latest)})` : "–",
    },
    marked(
      "service_level",
      (queue) => `${figures.share(figures.serviceLevel(queue, now))} / ${queue.target} s`,
      columns.service_level,
    ),
    marked("abandonment", (queue) => figures.share(figures.abandonment(queue)), columns.abandonment),
    plain("offered", ({ today }) => today.offered),
    plain("answered", ({ today }) => today.answered),
    plain("abandoned", ({ today }) => today.abandoned),
    plain("overflowed_out", ({ today }) => today.overflowed_out),
    plain("self_served", ({ today }) => today.self_served),
    plain("callbacks", ({ callbacks }) => callbacks),
    plain("in_talk", ({ in_talk }) => in_talk),
    {
      name: "ready",
      title: columns.ready,
      key: (queue) => queue.ready,
      cell: (queue) => `${queue.ready} / ${queue.at_work}`,
    },
  ];
}

/** The number of those who wait leads to them. */
function Who({ queue, onLook }: { queue: Queue; onLook: (queue: string) => void }) {
  const words = useWords().supervise;
  if (!queue.waiting) return "0";
  return (
    <button
      type="button"
      className="figure"
      title={words.who(queue.queue, queue.waiting)}
      onClick={() => onLook(queue.queue)}
    >
      {queue.waiting}
    </button>
  );
}

function agentColumns(board: Board, now: number, words: Words, onLook: (agent: string) => void): Column<Agent>[] {
  const { columns, states } = words;
  const named = (state: string) => (states as Record<string, string>)[state] ?? state;
  return [
    {
      name: "agent",
      title: columns.agent,
      key: (agent) => agent.agent,
      cell: ({ agent, name }) => (
        <button type="button" className="figure" onClick={() => onLook(agent)}>
          {name ? `${name} (${agent})` : agent}
        </button>
      ),
    },
    { name: "team", title: columns.team, words: true, key: (agent) => agent.team, cell: (agent) => agent.team },
    {
      name: "state",
      title: columns.state,
      words: true,
      key: (agent) => agent.state,
      cell: ({ state, reason }) => (
        <span className={`state ${state}`}>
          {reason ? `${named(state)}: ${words.supervise.reasons[reason] ?? reason}` : named(state)}
        </span>
      ),
    },
    {
      name: "since",
      title: columns.since,
      key: (agent) => now - agent.since,
      cell: (agent) => (
        <Marked level={figures.overstays(board, agent, now) ? "warn" : ""}>{clock(now - agent.since)}</Marked>
      ),
    },
    {
      name: "contacts",
      title: columns.contacts,
      words: true,
      key: (agent) => agent.contacts.length,
      cell: (agent) => (
        <>
          {agent.contacts.map(({ contact, queue, channel }) => (
            <span key={contact} className="contact" title={contact}>{`${queue} · ${channel}`}</span>
          ))}
          {agent.monitors.map(({ by, mode, state }) => (
            <span key={by} className="contact monitor">
              {words.supervise.other(by, mode, state)}
            </span>
          ))}
        </>
      ),
    },
    { name: "units", title: columns.units, key: (agent) => agent.units, cell: (agent) => `${agent.units}` },
  ];
}

export function wordsOf(alarm: figures.Alarm, words: Words): string {
  const name = alarm.kind === "figure" ? words.columns[alarm.figure] : words.alarms[alarm.kind];
  return alarm.what ? `${name}: ${alarm.what}` : name;
}

function Alarms({ board, now }: { board: Board; now: number }) {
  const words = useWords();
  const [sound, setSound] = useKept<"on" | "off">("board.sound", "on");
  const alarms = figures.alarmsOf(board, now);
  useAlarmSound(alarms, sound === "on");
  return (
    <section className="alarms" aria-label={words.alarms.title}>
      <ul aria-live="polite">
        {alarms.length === 0 && <li className="good">{words.alarms.none}</li>}
        {alarms.slice(0, 12).map((alarm) => (
          <li key={figures.nameOf(alarm)}>
            <Marked level={alarm.level}>{wordsOf(alarm, words)}</Marked>
          </li>
        ))}
        {alarms.length > 12 && <li>{words.alarms.more(alarms.length - 12)}</li>}
      </ul>
      <button type="button" aria-pressed={sound === "on"} onClick={() => setSound(sound === "on" ? "off" : "on")}>
        {sound === "on" ? words.soundOn : words.soundOff}
      </button>
    </section>
  );
}

/** A sound when something has become bad that was not. */
function useAlarmSound(alarms: figures.Alarm[], wanted: boolean): void {
  const known = useRef<Set<string>>(new Set());
  useEffect(() => {
    window.addEventListener("pointerdown", allowSound);
    window.addEventListener("keydown", allowSound);
    return () => {
      window.removeEventListener("pointerdown", allowSound);
      window.removeEventListener("keydown", allowSound);
    };
  }, []);
  useEffect(() => {
    const bad = alarms.filter(({ level }) => level === "bad").map(figures.nameOf);
    if (wanted && bad.some((name) => !known.current.has(name))) ring();
    known.current = new Set(bad);
  }, [alarms, wanted]);
}

function Summary({ board, agents }: { board: Board; agents: Agent[] }) {
  const words = useWords();
  const { outcomes, links } = board.centre;
  return (
    <div className="summary">
      <dl aria-label={words.byState}>
        {[...figures.byState(agents)].sort().map(([state, times]) => (
          <div key={state}>
            <dt className={`state ${state}`}>{(words.states as Record<string, string>)[state] ?? state}</dt>
            <dd>{times}</dd>
          </div>
        ))}
      </dl>
      <dl aria-label={words.channels}>
        {figures.channelsOf(board.queues.values()).map(({ channel, waiting, in_talk }) => (
          <div key={channel}>
            <dt>{channel}</dt>
            <dd>{words.channel(waiting, in_talk)}</dd>
          </div>
        ))}
      </dl>
      <dl aria-label={words.selfService}>
        {Object.entries(outcomes).map(([channel, ended]) => (
          <div key={channel}>
            <dt>{words.contained(channel)}</dt>
            <dd>{figures.share(figures.containment(ended))}</dd>
          </div>
        ))}
        <div>
          <dt>{words.linksDone}</dt>
          <dd>{`${links.done ?? 0} / ${links.requested ?? 0} (${figures.share(figures.completion(links))})`}</dd>
        </div>
      </dl>
    </div>
  );
}

/** What was counted today, and the last alarms. */
function Lately({ board }: { board: Board }) {
  const words = useWords();
  const { alarms, counted } = board.centre;
  return (
    <div className="lately">
      <section aria-labelledby="counted">
        <h2 id="counted">{words.counted}</h2>
        <ul>
          {Object.entries(counted).map(([kind, times]) => (
            <li key={kind}>{`${kind}: ${times}`}</li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="lately">
        <h2 id="lately">{words.lately}</h2>
        <ol>
          {alarms
            .slice(-10)
            .reverse()
            .map(({ at, kind, subject, detail }) => (
              <li key={`${at} ${kind} ${subject} ${detail}`}>{`${timeOfDay(at)} ${kind} ${subject} ${detail}`}</li>
            ))}
        </ol>
      </section>
    </div>
  );
}
