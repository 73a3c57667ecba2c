// A call in this window's phone that is no contact: a colleague's, or a talk that a supervisor goes on.

import type { Desk } from "../cti/desk";
import { useOfferSound } from "./offerSound";
import { PhoneCall, PhoneOffer } from "./PhoneCall";
import { isWritten, usePhoneHere } from "./phoneHere";
import { useWords } from "./words/words";

export function OtherCall({ desk, sound }: { desk: Desk; sound: boolean }) {
  const words = useWords();
  const call = usePhoneHere()?.view.call ?? null;
  const other = desk.contacts.every(({ contact }) => isWritten(contact.channel)) ? call : null;
  useOfferSound(other?.state === "ringing" ? "call" : "", sound);
  if (!other) return null;
  return (
    <section className={`other ${other.state}`} aria-label={words.phone.title}>
      <h2>{words.phone.inside(other.name || other.number)}</h2>
      {other.state === "ringing" ? <PhoneOffer /> : <PhoneCall able={false} />}
    </section>
  );
}
