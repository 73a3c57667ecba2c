// A button that opens what is not needed all the time. It closes when one goes elsewhere, and by Escape.

import { type ReactNode, useEffect, useRef } from "react";

interface MenuProps {
  /** What stands on the button. */
  name: ReactNode;
  className: string;
  able?: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  children: ReactNode;
}

export function Menu({ name, className, able = true, open, onOpen, children }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const elsewhere = ({ target }: Event) => menu.current?.contains(target as Node) || onOpen(false);
    const leave = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      onOpen(false);
      button.current?.focus();
    };
    window.addEventListener("focusin", elsewhere);
    window.addEventListener("pointerdown", elsewhere);
    window.addEventListener("keydown", leave);
    return () => {
      window.removeEventListener("focusin", elsewhere);
      window.removeEventListener("pointerdown", elsewhere);
      window.removeEventListener("keydown", leave);
    };
  }, [open, onOpen]);
  return (
    <div ref={menu} className={`opens ${className}`}>
      <button ref={button} type="button" disabled={!able} aria-expanded={open} onClick={() => onOpen(!open)}>
        {name}
      </button>
      {open && able && children}
    </div>
  );
}
