// The phone in this window: it belongs to the desk that works, and is there for all that is shown of it.

import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { Desk } from "../cti/desk";
import { Phone, type PhoneView } from "../phone/phone";
import type { Person } from "../shared/session";
import { useKept } from "../shared/settings";
import type { Do } from "./DeskView";

export interface PhoneHere {
  phone: Phone;
  view: PhoneView;
  /** Whether the agent wants to phone in this browser. */
  wanted: boolean;
  want: (wanted: boolean) => void;
  microphone: string;
  setMicrophone: (device: string) => void;
  speaker: string;
  setSpeaker: (device: string) => void;
}

const PhoneContext = createContext<PhoneHere | null>(null);
export const PhoneProvider = PhoneContext.Provider;
export const usePhoneHere = () => useContext(PhoneContext);

/** Contacts without a voice; all others come by the phone. */
const WRITTEN = new Set(["chat", "mail"]);
export const isWritten = (channel: string) => WRITTEN.has(channel);

/** The phone of who is signed in, at their own desk only; `works`: in this window. */
export function usePhone(person: Person, desk: Desk, works: boolean, live: boolean, act: Do): PhoneHere | null {
  const { agent } = desk.agent;
  const own = agent === person.agent;
  const phone = useMemo(() => new Phone(agent, person.csrf), [agent, person.csrf]);
  const view = useSyncExternalStore(phone.subscribe, phone.current);
  const [kept, keep] = useKept<"on" | "off">("phone", "on");
  const [microphone, setMicrophone] = useKept<string>("microphone", "");
  const [speaker, setSpeaker] = useKept<string>("speaker", "");
  phone.microphone = microphone;
  useEffect(() => phone.speaker(speaker), [phone, speaker]);
  const here = own && works && kept === "on";
  useEffect(() => {
    if (here) void phone.start();
    else if (own) phone.stop(!works);
  }, [phone, here, own, works]);
  useEffect(() => {
    const wake = () => phone.wake();
    window.addEventListener("online", wake);
    return () => {
      window.removeEventListener("online", wake);
      phone.stop(false);
    };
  }, [phone]);
  useTakenUp(desk, view, live && here, act);
  const want = (wanted: boolean) => keep(wanted ? "on" : "off");
  return own ? { phone, view, wanted: kept === "on", want, microphone, setMicrophone, speaker, setSpeaker } : null;
}

/** A talk whose voice is lost is brought here again: the page before took it along, or another network did. */
function useTakenUp(desk: Desk, view: PhoneView, able: boolean, act: Do): void {
  const asked = useRef("");
  if (!view.voiceless) asked.current = "";
  const talk = desk.contacts.find(({ contact }) => !isWritten(contact.channel) && contact.connected_at !== null);
  const contact = talk?.contact.contact ?? "";
  const lost = able && view.status === "ready" && view.voiceless ? contact : "";
  useEffect(() => {
    if (!lost || asked.current === lost) return;
    asked.current = lost;
    void act("rejoin", { contact: lost });
  }, [lost, act]);
}
