// What the centre answers now, asked for again whenever something is new.

import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, ask } from "../shared/api";

/** The newest answer of a path; asked again when `news` is another, when this window is looked at, and by `look`. */
export function useFresh<T>(path: string, news: unknown): { answer: Answer<T> | null; look: () => void } {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  const asked = useRef(0);
  const look = useCallback(() => {
    asked.current += 1;
    const number = asked.current;
    void ask<T>("GET", path).then((answer) => number === asked.current && setAnswer(answer));
  }, [path]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: news is what makes it look again
  useEffect(look, [look, news]);
  useEffect(() => {
    window.addEventListener("focus", look);
    return () => window.removeEventListener("focus", look);
  }, [look]);
  return { answer, look };
}
