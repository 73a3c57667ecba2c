// What is set once, or seldom: the phone, the sound, how the page looks, where else one may go.

import { useState } from "react";
import { type Looks, SettingsBar } from "../shared/SettingsBar";
import type { Person } from "../shared/session";
import { Places } from "../shared/TopBar";
import { Menu } from "./Menu";
import { usePhoneHere } from "./phoneHere";
import { useWords } from "./words/words";

interface MoreMenuProps {
  person: Person;
  looks: Looks;
  /** Whether this window works at the desk. */
  works: boolean;
  sound: "on" | "off";
  onSound: (sound: "on" | "off") => void;
  onKeys: () => void;
  onCheck: () => void;
  onLeave: () => void;
}

export function MoreMenu({ person, looks, works, sound, onSound, onKeys, onCheck, onLeave }: MoreMenuProps) {
  const words = useWords();
  const here = usePhoneHere();
  const [open, setOpen] = useState(false);
  const close = (then: () => void) => () => {
    setOpen(false);
    then();
  };
  const hasPhone = here && (here.view.status !== "none" || !here.wanted);
  return (
    <Menu name={words.more} className="more" open={open} onOpen={setOpen}>
      <fieldset className="menu">
        <legend>{words.more}</legend>
        {person.role !== "agent" && <Places person={person} />}
        {hasPhone && (
          <button type="button" aria-haspopup="dialog" onClick={close(onCheck)}>
            {words.phone.check.title}
          </button>
        )}
        {hasPhone && works && !here.view.call && (
          <button type="button" aria-pressed={here.wanted} onClick={() => here.want(!here.wanted)}>
            {here.wanted ? words.phone.turnOff : words.phone.turnOn}
          </button>
        )}
        <button type="button" aria-pressed={sound === "on"} onClick={() => onSound(sound === "on" ? "off" : "on")}>
          {sound === "on" ? words.settings.soundOn : words.settings.soundOff}
        </button>
        <button type="button" aria-haspopup="dialog" onClick={close(onKeys)}>
          {words.shortcuts.title}
        </button>
        <SettingsBar looks={looks} />
        <button type="button" onClick={onLeave}>
          {words.settings.out}
        </button>
      </fieldset>
    </Menu>
  );
}
