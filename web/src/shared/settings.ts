// What this browser remembers of how its user likes the pages.

import { useCallback, useState } from "react";

/** A setting kept in this browser; one that can't be kept holds for this page. */
export function useKept<T extends string>(name: string, fallback: T, store: Storage = localStorage) {
  const key = `tandem.${name}`;
  const [value, setValue] = useState<T>(() => (read(store, key) as T | null) ?? fallback);
  const keep = useCallback(
    (value: T) => {
      setValue(value);
      try {
        if (value === "") store.removeItem(key);
        else store.setItem(key, value);
      } catch {
        // private browsing, or full
      }
    },
    [key, store],
  );
  return [value, keep] as const;
}

function read(store: Storage, key: string): string | null {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
}
