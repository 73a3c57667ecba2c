// Whom to lend where until when; applied with one click and a confirmation.

import { useEffect, useRef, useState } from "react";
import type { Language } from "../../shared/language";
import { useWords } from "../words/words";
import { count, type Loan, level, type Outlook, type Proposal, wait } from "./dispatch";

interface ProposalsProps {
  outlook: Outlook;
  loans: Loan[];
  now: number;
  language: Language;
  onTell: (path: string) => Promise<void>;
}

export function Proposals({ outlook, loans, now, language, onTell }: ProposalsProps) {
  const words = useWords().dispatch;
  const [chosen, setChosen] = useState<Proposal | null>(null);
  const applied = new Set(loans.map(({ proposal }) => proposal.number));
  const open = outlook.proposals.filter(({ number, until }) => !applied.has(number) && until > now);
  return (
    <section aria-labelledby="proposals">
      <h2 id="proposals">{words.proposals}</h2>
      {open.length === 0 && <p>{words.noProposals}</p>}
      <ul className="proposals">
        {open.map((proposal) => (
          <li key={proposal.number}>
            <p>{proposal.words[language]}</p>
            <Expected proposal={proposal} />
            <button type="button" onClick={() => setChosen(proposal)}>
              {words.apply}
            </button>
          </li>
        ))}
      </ul>
      {chosen && (
        <Confirm
          text={chosen.words[language] ?? ""}
          onClose={() => setChosen(null)}
          onApply={() => void onTell(`/dispatch/${chosen.number}/apply`)}
        />
      )}
    </section>
  );
}

/** What it gains, and what each queue is expected to show, with the intervals. */
function Expected({ proposal }: { proposal: Proposal }) {
  const words = useWords().dispatch;
  return (
    <ul className="note">
      <li>{words.gain(count(proposal.gain))}</li>
      {proposal.changes.map(({ queue, before, after }) => (
        <li key={queue}>
          {`${queue}: ${words.level} ${level(before.level)} → ${level(after.level)}, `}
          {`${words.wait} ${wait(before.wait)} → ${wait(after.wait)}`}
        </li>
      ))}
    </ul>
  );
}

interface ConfirmProps {
  text: string;
  onClose: () => void;
  onApply: () => void;
}

function Confirm({ text, onClose, onApply }: ConfirmProps) {
  const words = useWords().dispatch;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const apply = () => {
    onApply();
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm">
      <h2 id="confirm">{words.applyTitle}</h2>
      <p>{text}</p>
      <div className="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          {words.cancel}
        </button>
        <button type="button" className="confirm" onClick={apply}>
          {words.apply}
        </button>
      </div>
    </dialog>
  );
}
