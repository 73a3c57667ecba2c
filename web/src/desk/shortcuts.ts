// Keys that work wherever the focus is: Alt and a letter, which no text field needs.

import { useEffect, useRef } from "react";

export const KEYS = {
  ready: "R",
  pause: "P",
  extend: "M",
  accept: "A",
  decline: "X",
  hold: "L",
  transfer: "T",
  swap: "S",
  mute: "U",
  record: "C",
  hangUp: "H",
  next: "J",
  help: "K",
} as const;
export type Shortcut = keyof typeof KEYS;

const NAMES = new Map<string, Shortcut>(Object.entries(KEYS).map(([name, key]) => [`Key${key}`, name as Shortcut]));

/** The shortcut a key stroke means; by the key's place, as Alt makes other characters on some keyboards. */
export function shortcutOf(event: Pick<KeyboardEvent, "code" | "altKey" | "ctrlKey" | "metaKey">): Shortcut | null {
  if (!event.altKey || event.ctrlKey || event.metaKey) return null;
  return NAMES.get(event.code) ?? null;
}

export function useShortcuts(does: Partial<Record<Shortcut, () => void>>): void {
  const newest = useRef(does);
  newest.current = does;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const shortcut = shortcutOf(event);
      const action = shortcut && newest.current[shortcut];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
