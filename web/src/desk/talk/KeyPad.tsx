import { type FormEvent, useState } from "react";
import type { Do } from "../DeskView";
import { useTalkWords } from "./words";

const PAD = [..."123456789*0#"];

interface KeyPadProps {
  contact: string;
  able: boolean;
  act: Do;
}

/** Keys for whom one talks with: pressed one by one, or typed and sent. */
export function KeyPad({ contact, able, act }: KeyPadProps) {
  const words = useTalkWords();
  const [typed, setTyped] = useState("");
  const send = (digits: string) => act("dtmf", { contact, digits });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (typed && !(await send(typed))) setTyped("");
  };
  return (
    <form className="keypad" onSubmit={submit}>
      <div className="pad">
        {PAD.map((key) => (
          <button key={key} type="button" disabled={!able} onClick={() => void send(key)}>
            {key}
          </button>
        ))}
      </div>
      <label>
        {words.digits}
        <input
          inputMode="tel"
          autoComplete="off"
          maxLength={32}
          pattern="[0-9*#]*"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <button type="submit" disabled={!able || typed === ""}>
        {words.send}
      </button>
    </form>
  );
}
