// A dialog above everything else; Escape closes it.

import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "./words/words";

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
      <button type="button" className="close" onClick={() => dialog.current?.close()}>
        {words.close}
      </button>
    </dialog>
  );
}
