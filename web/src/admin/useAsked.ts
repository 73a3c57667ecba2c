// What a room asks for when it is entered, and again when somebody changed it.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Answer, Failure } from "../shared/api";

export function useAsked<T>(ask: () => Promise<Answer<T>>) {
  const [content, setContent] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const asked = useRef(ask);
  asked.current = ask;
  const again = useCallback(async () => {
    const answer = await asked.current();
    setFailure(answer.ok ? null : answer.failure);
    if (answer.ok) setContent(answer.content);
  }, []);
  useEffect(() => void again(), [again]);
  return { content, setContent, failure, again };
}
