// Before the work: is the microphone the right one, and does it hear anything?

import { useEffect, useRef, useState } from "react";
import {
  type Check,
  checkOf,
  type Devices,
  devices,
  MicrophoneError,
  openMicrophone,
  release,
  type Trouble,
} from "../phone/media";
import type { PhoneHere } from "./phoneHere";
import { useWords } from "./words/words";

/** From here on (0 to 1) somebody speaks. */
const VOICE = 0.35;

export function MicrophoneDialog({ here, onClose }: { here: PhoneHere; onClose: () => void }) {
  const words = useWords().phone;
  const dialog = useRef<HTMLDialogElement>(null);
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  const [echo, setEcho] = useState(false);
  const { check, found, trouble } = useCheck(here.microphone);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => check?.echo(echo), [check, echo]);
  useEffect(() => {
    if (!check) return;
    const timer = setInterval(() => {
      const now = check.level();
      setLevel(now);
      if (now >= VOICE) setHeard(true);
    }, 100);
    return () => clearInterval(timer);
  }, [check]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="microphone" className="microphone">
      <h2 id="microphone">{words.check.title}</h2>
      <Choice
        label={words.check.microphone}
        list={found.microphones}
        value={here.microphone}
        set={here.setMicrophone}
      />
      {found.speakers.length > 0 && (
        <Choice label={words.check.speaker} list={found.speakers} value={here.speaker} set={here.setSpeaker} />
      )}
      <meter min={0} max={1} value={level} aria-label={words.check.level} />
      <output className={trouble ? "bad" : heard ? "good" : ""} data-heard={heard}>
        {trouble ? words.trouble[trouble] : heard ? words.check.heard : words.check.quiet}
      </output>
      <label>
        <input type="checkbox" checked={echo} onChange={(event) => setEcho(event.target.checked)} />
        {words.check.echo}
      </label>
      <button type="button" className="main" onClick={() => dialog.current?.close()}>
        {words.check.close}
      </button>
    </dialog>
  );
}

interface ChoiceProps {
  label: string;
  list: MediaDeviceInfo[];
  value: string;
  set: (device: string) => void;
}

function Choice({ label, list, value, set }: ChoiceProps) {
  const words = useWords().phone.check;
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => set(event.target.value)}>
        <option value="">{words.anyDevice}</option>
        {list
          .filter(({ deviceId }) => deviceId !== "default")
          .map(({ deviceId, label: name }) => (
            <option key={deviceId} value={deviceId}>
              {name || words.unnamed}
            </option>
          ))}
      </select>
    </label>
  );
}

/** Opens the microphone for as long as it is looked at. */
function useCheck(microphone: string) {
  const [check, setCheck] = useState<Check | null>(null);
  const [found, setFound] = useState<Devices>({ microphones: [], speakers: [] });
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  useEffect(() => {
    let over = false;
    let stream: MediaStream | null = null;
    let opened: Check | null = null;
    const open = async () => {
      try {
        stream = await openMicrophone(microphone);
      } catch (error) {
        if (!over && error instanceof MicrophoneError) setTrouble(error.trouble);
        return;
      }
      if (over) {
        release(stream);
        return;
      }
      opened = checkOf(stream);
      setTrouble(null);
      setCheck(opened);
      setFound(await devices());
    };
    void open();
    return () => {
      over = true;
      opened?.end();
      release(stream);
    };
  }, [microphone]);
  return { check, found, trouble };
}
