// What is wrong or odd, told where it is.

import type { Path } from "./draft";
import { useFindings } from "./editing";
import type { Fault } from "./schema";
import type { Words } from "./words/words";

/** What was found with the whole of something. */
export function Found({ path, within = false }: { path: Path; within?: boolean }) {
  return useFindings(path, within).map((one) => (
    <p key={one.text} className={one.severity === "error" ? "problem" : "warning"}>
      {one.message}
      {one.way_out && <> — {one.way_out}</>}
    </p>
  ));
}

export function faultText(fault: Fault, words: Words): string {
  return words.faults[fault.code](fault.bound ?? "");
}
