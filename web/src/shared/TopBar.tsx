// What stands above every page but the desk: where else one may go, and how the page looks.

import type { ReactNode } from "react";
import type { PageProps } from "./Gate";
import { SettingsBar } from "./SettingsBar";
import type { Person } from "./session";
import { useWords } from "./words/words";

type Place = "desk" | "board" | "admin" | "editor";
const PLACES: Record<Place, (person: Person) => boolean> = {
  desk: (person) => person.agent !== "",
  board: (person) => person.role !== "agent",
  admin: (person) => person.role !== "agent",
  editor: (person) => person.role === "admin",
};

interface TopBarProps extends Pick<PageProps, "person" | "looks" | "onLeave"> {
  /** What this page has of its own up there. */
  children?: ReactNode;
}

export function TopBar({ person, looks, onLeave, children }: TopBarProps) {
  const words = useWords();
  return (
    <header>
      <p className="brand">{words.product}</p>
      <Places person={person} />
      {children}
      <div className="settings">
        <SettingsBar looks={looks} />
        <button type="button" onClick={onLeave}>
          {words.settings.out}
        </button>
      </div>
    </header>
  );
}

/** Where this person may go. */
export function Places({ person }: { person: Person }) {
  const words = useWords();
  const places = (Object.keys(PLACES) as Place[]).filter((place) => PLACES[place](person));
  return (
    <nav aria-label={words.places.title}>
      {places.map((place) => (
        <a key={place} href={`/${place}`} aria-current={location.pathname === `/${place}` ? "page" : undefined}>
          {words.places[place]}
        </a>
      ))}
    </nav>
  );
}
