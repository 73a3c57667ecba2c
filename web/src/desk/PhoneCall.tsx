// A call in this window's phone: how it is heard, and what the agent does with it.

import { useState } from "react";
import type { Call } from "../phone/phone";
import type { Quality } from "../phone/quality";
import { type PhoneHere, usePhoneHere } from "./phoneHere";
import { KEYS, useShortcuts } from "./shortcuts";
import { useWords } from "./words/words";

const PAD = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Answer or decline what rings here; false where nothing does. */
export function PhoneOffer() {
  const words = useWords().phone;
  const here = usePhoneHere();
  const call = here?.view.call ?? null;
  const rings = call?.state === "ringing";
  const accept = () => void here?.phone.answer();
  const decline = () => here?.phone.end();
  useShortcuts(rings ? { accept, decline } : {});
  return (
    <p className="offer buttons">
      <button type="button" className="main" disabled={!rings} onClick={accept}>
        {words.answer} <kbd>Alt+{KEYS.accept}</kbd>
      </button>
      <button type="button" disabled={!rings} onClick={decline}>
        {words.decline} <kbd>Alt+{KEYS.decline}</kbd>
      </button>
    </p>
  );
}

export function PhoneCall() {
  const here = usePhoneHere();
  const call = here?.view.call;
  return here && call?.state === "talking" ? <Talk here={here} call={call} /> : null;
}

function Talk({ here: { phone }, call }: { here: PhoneHere; call: Call }) {
  const words = useWords().phone;
  const [pad, setPad] = useState(false);
  const mute = () => phone.mute(!call.muted);
  const hangUp = () => phone.end();
  useShortcuts({ mute, hangUp });
  return (
    <section className="call" aria-label={words.title}>
      <div className="buttons">
        <button type="button" aria-pressed={call.muted} onClick={mute}>
          {call.muted ? words.unmute : words.mute} <kbd>Alt+{KEYS.mute}</kbd>
        </button>
        <button type="button" aria-expanded={pad} onClick={() => setPad(!pad)}>
          {words.keypad}
        </button>
        <button type="button" onClick={hangUp}>
          {words.hangUp} <kbd>Alt+{KEYS.hangUp}</kbd>
        </button>
        {call.quality && <Line quality={call.quality} />}
      </div>
      {call.muted && <p className="warn">{words.muted}</p>}
      {pad && (
        <fieldset className="pad">
          <legend>{words.keypad}</legend>
          {PAD.map((key) => (
            <button key={key} type="button" onClick={() => phone.press(key)}>
              {key}
            </button>
          ))}
        </fieldset>
      )}
    </section>
  );
}

const KINDS: Record<Quality["grade"], string> = { good: "good", fair: "warn", poor: "bad" };

function Line({ quality }: { quality: Quality }) {
  const words = useWords().phone;
  const { loss, jitter, roundTrip, mos, grade } = quality;
  const details = words.line(
    (loss * 100).toFixed(1),
    String(Math.round(jitter * 1000)),
    String(Math.round(roundTrip * 1000)),
    mos.toFixed(1),
  );
  return (
    <output className={`line ${KINDS[grade]}`} data-line={grade} title={details}>
      {words.grade[grade]} <small>{details}</small>
    </output>
  );
}
