// The phone above the contacts: whether it is there, what is wrong with it, and how to set it right.

import { useState } from "react";
import { MicrophoneDialog } from "./MicrophoneDialog";
import { usePhoneHere } from "./phoneHere";
import { useWords } from "./words/words";

const KINDS: Record<string, string> = { ready: "live", off: "quiet", elsewhere: "quiet" };

export function PhoneBar({ works }: { works: boolean }) {
  const words = useWords().phone;
  const here = usePhoneHere();
  const [checking, setChecking] = useState(false);
  if (!here || (here.view.status === "none" && here.wanted)) return null;
  const status = here.wanted ? here.view.status : "off"; // who turned it off may turn it on, after a reload too
  return (
    <>
      <output className={`health phone ${KINDS[status] ?? ""}`} data-phone={status}>
        {words.status[status]}
      </output>
      <button type="button" aria-haspopup="dialog" onClick={() => setChecking(true)}>
        {words.check.title}
      </button>
      {works && !here.view.call && (
        <button type="button" aria-pressed={here.wanted} onClick={() => here.want(!here.wanted)}>
          {here.wanted ? words.turnOff : words.turnOn}
        </button>
      )}
      {checking && <MicrophoneDialog here={here} onClose={() => setChecking(false)} />}
    </>
  );
}

/** What keeps the phone from working, and the way out. */
export function PhoneNotice({ works }: { works: boolean }) {
  const words = useWords().phone;
  const here = usePhoneHere();
  if (!here || !works) return null;
  const { status, trouble } = here.view;
  const again = () => void here.phone.start();
  if (status === "trouble" && trouble) {
    return (
      <p className="notice bad" role="alert">
        {words.trouble[trouble]}{" "}
        <button type="button" onClick={again}>
          {words.again}
        </button>
      </p>
    );
  }
  if (status !== "elsewhere") return null;
  return (
    <p className="notice warn" role="alert">
      {words.elsewhere}{" "}
      <button type="button" onClick={again}>
        {words.here}
      </button>
    </p>
  );
}
