import { useEffect, useRef } from "react";
import { KEYS, type Shortcut } from "./shortcuts";
import { useTalkWords } from "./talk/words";
import { useWords } from "./words/words";

/** The keys that work everywhere. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { ready, pause, extend, decline } = words.verbs;
  const { accept, next, help } = words.shortcuts;
  const { hold, transfer, swap, mute, pauseRecording: record, hangUp } = useTalkWords().verbs;
  const talk = { hold, transfer, swap, mute, record, hangUp };
  const names: Record<Shortcut, string> = { ready, pause, extend, accept, decline, ...talk, next, help };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys">
      <h2 id="keys">{words.shortcuts.title}</h2>
      <dl>
        {Object.entries(KEYS).map(([shortcut, key]) => (
          <div key={key}>
            <dt>
              <kbd>Alt + {key}</kbd>
            </dt>
            <dd>{names[shortcut as Shortcut]}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="main" onClick={() => dialog.current?.close()}>
        {words.shortcuts.close}
      </button>
    </dialog>
  );
}
