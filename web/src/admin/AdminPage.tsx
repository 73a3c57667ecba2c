// The admin's rooms: one after the other on the left, what was changed below.

import { type ReactNode, useEffect, useRef, useState } from "react";
import type { PageProps } from "../shared/Gate";
import type { Person } from "../shared/session";
import { TopBar } from "../shared/TopBar";
import { FormContext } from "./editing";
import { Audit } from "./rooms/Audit";
import { Certificates } from "./rooms/Certificates";
import { Entries, HeadStarts, type Part, Sections } from "./rooms/Entries";
import { Exchange } from "./rooms/Exchange";
import { Groups } from "./rooms/Groups";
import { History } from "./rooms/History";
import { Hours } from "./rooms/Hours";
import { Links } from "./rooms/Links";
import { Plan } from "./rooms/Plan";
import { Prompts } from "./rooms/Prompts";
import { Skills } from "./rooms/Skills";
import { Users } from "./rooms/Users";
import { Webhooks } from "./rooms/Webhooks";
import { SaveBar } from "./SaveBar";
import { type Editing, useSettings } from "./useSettings";
import { useWords, type Words } from "./words/words";

const ROOMS = [
  "queues",
  "skills",
  "certificates",
  "agents",
  "groups",
  "channels",
  "hours",
  "customers",
  "lines",
  "answers",
  "sight",
  "links",
  "services",
  "webhooks",
  "prompts",
  "users",
  "history",
  "exchange",
  "audit",
] as const;
type Room = (typeof ROOMS)[number];
const FOR_ADMINS: readonly Room[] = ["users", "exchange", "audit"];
const WITHOUT_SAVING: readonly Room[] = ["links", "prompts", "users", "audit"];

export function AdminPage({ person, looks, onFailed, onLeave }: PageProps) {
  const words = useWords();
  const mayChange = person.role === "admin";
  const settings = useSettings(person, onFailed);
  const rooms = ROOMS.filter((room) => mayChange || !FOR_ADMINS.includes(room));
  const [place, go] = usePlace();
  const room = rooms.find((one) => one === place.room) ?? "queues";
  const bar = <TopBar person={person} looks={looks} onLeave={onLeave} />;
  const failure = settings !== null && "code" in settings ? settings : null;
  if (settings === null || "code" in settings || person.role === "agent") {
    const unread = failure && (failure.message || words.signIn.unreached);
    const problem = person.role === "agent" ? words.notAllowed : unread;
    return (
      <>
        {bar}
        <main aria-busy={!problem}>{problem && <p className="problem">{problem}</p>}</main>
      </>
    );
  }
  return (
    <div className="admin">
      <title>{`${words.rooms[room]} · ${words.product}`}</title>
      {bar}
      <nav className="rooms" aria-label={words.roomsTitle}>
        {rooms.map((one) => (
          <a key={one} href={`#${one}`} aria-current={one === room ? "page" : undefined}>
            {words.rooms[one]}
          </a>
        ))}
      </nav>
      <Rooms editing={settings} mayChange={mayChange}>
        <main>
          <h1>{words.rooms[room]}</h1>
          {!mayChange && <p className="notice">{words.onlyRead}</p>}
          <RoomView
            room={room}
            chosen={place.chosen}
            onChoose={(name) => go(room, name)}
            person={person}
            words={words}
          />
        </main>
      </Rooms>
      {mayChange && (settings.changed || !WITHOUT_SAVING.includes(room)) && <SaveBar editing={settings} />}
    </div>
  );
}

/** What the rooms have at hand. What was found before stays until the server has looked again. */
function Rooms({ editing, mayChange, children }: { editing: Editing; mayChange: boolean; children: ReactNode }) {
  const last = useRef(editing.checked?.findings ?? []);
  if (editing.checked) last.current = editing.checked.findings;
  const { changed } = editing;
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    if (changed) window.addEventListener("beforeunload", stay);
    return () => window.removeEventListener("beforeunload", stay);
  }, [changed]);
  return <FormContext value={{ editing, mayChange, findings: last.current }}>{children}</FormContext>;
}

interface RoomProps {
  room: Room;
  chosen: string;
  onChoose: (name: string) => void;
  person: Person;
  words: Words;
}

function RoomView({ room, chosen, onChoose, person, words }: RoomProps) {
  const mayChange = person.role === "admin";
  const here = { chosen, onChoose };
  const views: Record<Room, () => ReactNode> = {
    queues: () => <Entries section="queues" {...here} parts={queueParts(words)} />,
    skills: () => <Skills />,
    certificates: () => <Certificates />,
    agents: () => <Entries section="agents" {...here} parts={agentParts(words)} />,
    groups: () => (
      <>
        {(["team", "vendor"] as const).map((group) => (
          <section key={group} className="groups">
            <h2>{words.groups[group].title}</h2>
            <Groups group={group} />
          </section>
        ))}
      </>
    ),
    channels: () => <Entries section="channels" {...here} />,
    hours: () => <Hours {...here} />,
    customers: () => (
      <>
        <HeadStarts />
        <Entries section="customers" {...here} />
      </>
    ),
    lines: () => (
      <>
        <Sections names={LINES} />
        <section className="part" aria-label={words.field("pause_reasons").label}>
          <h2>{words.field("pause_reasons").label}</h2>
          <Entries section="pause_reasons" {...here} />
        </section>
      </>
    ),
    answers: () => <Entries section="canned_answers" {...here} />,
    sight: () => <Sections names={SIGHT} />,
    links: () => <Links />,
    services: () => (
      <>
        <Entries section="services" {...here} />
        <Sections names={["orders"]} />
      </>
    ),
    webhooks: () => <Webhooks {...here} csrf={person.csrf} mayChange={mayChange} />,
    prompts: () => <Prompts csrf={person.csrf} mayChange={mayChange} />,
    users: () => <Users person={person} />,
    history: () => <History csrf={person.csrf} />,
    exchange: () => <Exchange csrf={person.csrf} />,
    audit: () => <Audit />,
  };
  return views[room]();
}

const LINES = [
  "lines",
  "fallback",
  "order",
  "last_agent_days",
  "dial_plan",
  "remote_agents",
  "chats",
  "longest_stay",
  "caller_phones",
] as const;

const SIGHT = ["board", "show_monitoring", "mask_numbers", "agents_find_customers"] as const;

function queueParts({ parts }: Words): Part[] {
  return [
    { title: parts.who, fields: ["needs", "channel", "priority", "selection"] },
    {
      title: parts.times,
      fields: ["ring_seconds", "wrap_up_seconds", "wrap_up_extension_seconds", "service_level_seconds", "longest_wait"],
    },
    { title: parts.plan, fields: ["plan"], form: (path) => <Plan path={[...path, "plan"]} /> },
    { title: parts.misses, fields: ["misses_before_pause", "back_off_seconds", "expected_handling_seconds"] },
  ];
}

function agentParts({ parts }: Words): Part[] {
  return [
    { title: parts.person, fields: ["display_name", "team", "vendor", "attributes"] },
    { title: parts.skills, fields: ["skills", "certified_until"] },
    { title: parts.phones, fields: ["device", "auto_answer", "tone", "number", "nailed_up", "confirm"] },
  ];
}

/** The room and what is chosen in it, as the address has them. */
function usePlace(): [{ room: string; chosen: string }, (room: string, chosen: string) => void] {
  const read = () => {
    const [room = "", chosen = ""] = location.hash.slice(1).split("/");
    return { room, chosen: decoded(chosen) };
  };
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const look = () => setPlace(read());
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  });
  const go = (room: string, chosen: string) => {
    location.hash = `${room}/${encodeURIComponent(chosen)}`;
  };
  return [place, go];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
