// What would be, or became, different: field by field, with what was there before.

import type { Change, Finding } from "./asked";
import { useWords } from "./words/words";

export function Changes({ of }: { of: Change[] }) {
  const words = useWords();
  if (of.length === 0) return <p>{words.review.nothing}</p>;
  return (
    <div className="scroll">
      <table className="changes">
        <thead>
          <tr>
            {[words.review.field, words.review.before, words.review.after].map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((one) => (
            <tr key={one.path} title={one.words}>
              <th scope="row">
                <code>{one.path}</code>
              </th>
              <td className="old">{shown(one.old, words.review.none)}</td>
              <td className="new">{shown(one.new, words.review.none)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(value: unknown, none: string): string {
  if (value === null || value === undefined || value === "") return none;
  return typeof value === "object" ? JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ") : String(value);
}

/** What stands against it, and what is odd. */
export function Findings({ of }: { of: Finding[] }) {
  const words = useWords();
  if (of.length === 0) return null;
  return (
    <ul className="findings">
      {of.map((one) => (
        <li key={one.text} className={one.severity === "error" ? "problem" : "warning"}>
          <code>{one.path}</code> {one.line > 0 && <span>{words.review.line(one.line)}</span>} {one.message}
          {one.way_out && <> — {one.way_out}</>}
        </li>
      ))}
    </ul>
  );
}
