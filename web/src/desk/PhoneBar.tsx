// The phone above the contacts: whether it is there, what is wrong with it, and the way out.

import { usePhoneHere } from "./phoneHere";
import { useWords } from "./words/words";

const KINDS: Record<string, string> = { ready: "live", off: "quiet", elsewhere: "quiet" };

export function PhoneBar() {
  const words = useWords().phone;
  const here = usePhoneHere();
  if (!here || (here.view.status === "none" && here.wanted)) return null;
  const status = here.wanted ? here.view.status : "off"; // who turned it off may turn it on, after a reload too
  return (
    <output className={`health phone ${KINDS[status] ?? ""}`} data-phone={status}>
      {words.status[status]}
    </output>
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
