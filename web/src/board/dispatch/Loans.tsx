// Who is lent, for how long yet, and what came of it.

import type { Language } from "../../shared/language";
import { timeOfDay } from "../../shared/time";
import { share } from "../figures";
import { useWords } from "../words/words";
import { isRunning, type Loan, level, past, seconds, timeLeft, wait } from "./dispatch";

interface LoansProps {
  loans: Loan[];
  now: number;
  language: Language;
  onTell: (path: string) => Promise<void>;
}

export function Loans({ loans, now, language, onTell }: LoansProps) {
  const words = useWords().dispatch;
  const running = loans.filter(isRunning);
  const over = past(loans);
  return (
    <>
      <section aria-labelledby="loans">
        <h2 id="loans">{words.loans}</h2>
        {running.length === 0 && <p>{words.noLoans}</p>}
        <ul className="loans">
          {running.map((loan) => (
            <li key={loan.proposal.number}>
              <One loan={loan} language={language} />
              <p className="left">{words.left(timeLeft(loan, now))}</p>
              <button type="button" onClick={() => void onTell(`/dispatch/loans/${loan.proposal.number}/take-back`)}>
                {words.takeBack}
              </button>
            </li>
          ))}
        </ul>
      </section>
      {over.length > 0 && (
        <section aria-labelledby="over">
          <h2 id="over">{words.over}</h2>
          <ul className="loans over">
            {over.map((loan) => (
              <li key={loan.proposal.number}>
                <One loan={loan} language={language} />
                <p className="note">
                  {loan.taken_back_by
                    ? words.takenBack(loan.taken_back_by, timeOfDay(loan.ended ?? 0))
                    : words.ended(timeOfDay(loan.ended ?? 0))}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function One({ loan, language }: { loan: Loan; language: Language }) {
  const words = useWords().dispatch;
  return (
    <>
      <p>{loan.proposal.words[language]}</p>
      <p className="note">{words.lent(loan.agents.join(", "), loan.by)}</p>
      {loan.measured ? (
        <Effects loan={loan} />
      ) : (
        <p className="note">{isRunning(loan) ? words.notMeasured : words.tooShort}</p>
      )}
    </>
  );
}

/** What was measured, beside what was expected without the loan and with it. */
function Effects({ loan }: { loan: Loan }) {
  const words = useWords().dispatch;
  const expected = new Map(loan.proposal.changes.map((change) => [change.queue, change]));
  return (
    <div className="table">
      <table>
        <caption>{words.effect}</caption>
        <thead>
          <tr>
            <th scope="col">{words.queue}</th>
            <th scope="col">{words.without}</th>
            <th scope="col">{words.with}</th>
            <th scope="col">{words.measured}</th>
          </tr>
        </thead>
        <tbody>
          {(loan.measured ?? []).map((found) => {
            const change = expected.get(found.queue);
            return (
              <tr key={found.queue}>
                <th scope="row">{found.queue}</th>
                <td>{change && `${level(change.before.level)}, ${wait(change.before.wait)}`}</td>
                <td>{change && `${level(change.after.level)}, ${wait(change.after.wait)}`}</td>
                <td>{`${share(found.level)}, ${seconds(found.wait)}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
