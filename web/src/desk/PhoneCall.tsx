// A call in this window's phone: it is answered here, and how it is heard.

import type { Quality } from "../phone/quality";
import { usePhoneHere } from "./phoneHere";
import { KEYS, useShortcuts } from "./shortcuts";
import { useWords } from "./words/words";

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

/** How a talk here is heard. While the centre can't be asked to, the phone itself can end it. */
export function PhoneCall({ able }: { able: boolean }) {
  const words = useWords().phone;
  const here = usePhoneHere();
  const call = here?.view.call;
  const hangUp = () => here?.phone.end();
  const alone = call?.state === "talking" && !able;
  useShortcuts(alone ? { hangUp } : {});
  if (call?.state !== "talking") return null;
  return (
    <section className="call" aria-label={words.title}>
      {call.quality && <Line quality={call.quality} />}
      {alone && (
        <button type="button" onClick={hangUp}>
          {words.hangUp} <kbd>Alt+{KEYS.hangUp}</kbd>
        </button>
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
