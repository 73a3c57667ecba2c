// What was done by whom, the newest first.

import { useCallback, useEffect, useState } from "react";
import { type AuditEntry, audit } from "../asked";
import { moment } from "../moment";
import { useWords } from "../words/words";

export function Audit() {
  const words = useWords();
  const [name, setName] = useState("");
  const [entries, setEntries] = useState<AuditEntry[]>([]);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState("");
  const load = useCallback(async (name: string, before?: AuditEntry) => {
    const answer = await audit(name, before?.number);
    if (!answer.ok) return setProblem(answer.failure.message);
    setProblem("");
    setOver(answer.content.length < 100);
    setEntries((known) => (before ? [...known, ...answer.content] : answer.content));
  }, []);
  useEffect(() => void load(""), [load]);
  return (
    <section aria-label={words.rooms.audit}>
      <form
        className="bar"
        onSubmit={(event) => {
          event.preventDefault();
          void load(name.trim());
        }}
      >
        <input
          type="search"
          aria-label={words.audit.who}
          placeholder={words.audit.who}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit">{words.audit.look}</button>
      </form>
      <p className="problem" role="alert">
        {problem}
      </p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {[words.audit.when, words.signIn.name, words.audit.what, words.audit.detail, words.audit.from].map(
                (one) => (
                  <th key={one} scope="col">
                    {one}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {entries.map((one) => (
              <tr key={one.number}>
                <td>{moment(one.at)}</td>
                <td>{one.name}</td>
                <td>{one.what}</td>
                <td>{one.detail}</td>
                <td>{one.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!over && (
        <button type="button" onClick={() => load(name.trim(), entries.at(-1))}>
          {words.older}
        </button>
      )}
    </section>
  );
}
