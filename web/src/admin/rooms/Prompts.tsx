// What callers hear: listen to it, put a recording in the synthesiser's place, take it away again.

import { useEffect, useRef, useState } from "react";
import type { Answer } from "../../shared/api";
import { type Prompt, prompts, record, removeRecording, soundOf, synthesise } from "../asked";
import { useAsked } from "../useAsked";
import { converted } from "../wav";
import { useWords } from "../words/words";

const MOST_SHOWN = 100;
const LARGEST = 8 * 2 ** 20;
const nameOf = (prompt: Prompt) => `${prompt.key} ${prompt.language}`;

export function Prompts({ csrf, mayChange }: { csrf: string; mayChange: boolean }) {
  const words = useWords();
  const { content, setContent, failure } = useAsked(prompts);
  const [filter, setFilter] = useState("");
  const [language, setLanguage] = useState("");
  const [origin, setOrigin] = useState("");
  if (failure) return <p className="problem">{failure.message || words.signIn.unreached}</p>;
  if (!content) return null;
  const wanted = filter.trim().toLowerCase();
  const found = content.filter(
    (one) =>
      `${one.key} ${one.text}`.toLowerCase().includes(wanted) &&
      (!language || one.language === language) &&
      (!origin || one.origin === origin),
  );
  const changed = (now: Prompt) => setContent(content.map((one) => (nameOf(one) === nameOf(now) ? now : one)));
  return (
    <section aria-label={words.rooms.prompts}>
      <p className="hint">{words.prompts.hint}</p>
      <div className="bar">
        <input
          type="search"
          aria-label={words.filter}
          placeholder={words.prompts.filter}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <select
          aria-label={words.settings.language}
          value={language}
          onChange={(event) => setLanguage(event.target.value)}
        >
          <option value="">{words.prompts.allLanguages}</option>
          {[...new Set(content.map((one) => one.language))].sort().map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <select aria-label={words.prompts.origin} value={origin} onChange={(event) => setOrigin(event.target.value)}>
          <option value="">{words.prompts.allOrigins}</option>
          {(["recorded", "synthesised"] as const).map((one) => (
            <option key={one} value={one}>
              {words.prompts[one]}
            </option>
          ))}
        </select>
        <span className="quiet">{words.prompts.count(found.length)}</span>
      </div>
      <ul className="prompts">
        {found.slice(0, MOST_SHOWN).map((one) => (
          <Row key={nameOf(one)} prompt={one} csrf={csrf} mayChange={mayChange} onChanged={changed} />
        ))}
      </ul>
      {found.length > MOST_SHOWN && <p className="hint">{words.more(found.length - MOST_SHOWN)}</p>}
    </section>
  );
}

interface RowProps {
  prompt: Prompt;
  csrf: string;
  mayChange: boolean;
  onChanged: (prompt: Prompt) => void;
}

function Row({ prompt, csrf, mayChange, onChanged }: RowProps) {
  const words = useWords();
  const [heard, setHeard] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const said = useRef(0);
  const hear = () => {
    said.current += 1;
    setHeard(`${soundOf(prompt)}?${said.current}`);
  };
  const change = async (asked: Promise<Answer<Prompt>>) => {
    setBusy(true);
    const answer = await asked;
    setBusy(false);
    setProblem(
      answer.ok
        ? ""
        : answer.failure.status === 413
          ? words.prompts.tooBig
          : answer.failure.message || words.signIn.unreached,
    );
    if (!answer.ok) return;
    setHeard("");
    onChanged(answer.content);
  };
  const take = async (sound: Blob) => {
    let wav: Blob;
    try {
      wav = await converted(sound);
    } catch {
      setProblem(words.prompts.noSound);
      return;
    }
    if (wav.size > LARGEST) setProblem(words.prompts.tooBig);
    else await change(record(prompt, wav, csrf));
  };
  const { key, language, text, origin, seconds } = prompt;
  return (
    <li data-prompt={`${key} ${language}`} aria-busy={busy}>
      <p>
        <code>{key}</code> <span className="quiet">{language}</span>{" "}
        <span className={`origin ${origin}`}>{words.prompts[origin]}</span>{" "}
        {seconds !== null && <span className="quiet">{words.prompts.seconds(seconds.toFixed(1))}</span>}
      </p>
      <p lang={language}>{text}</p>
      <div className="buttons">
        <button type="button" onClick={hear}>
          {words.prompts.hear}
        </button>
        {mayChange && (
          <>
            <label className="file">
              {words.prompts.upload}
              <input
                type="file"
                accept="audio/*,.wav"
                disabled={busy}
                onChange={(event) => {
                  const [file] = event.target.files ?? [];
                  if (file) void take(file);
                  event.target.value = "";
                }}
              />
            </label>
            <Recorder disabled={busy} onRecorded={take} onProblem={setProblem} />
            {origin === "recorded" ? (
              <button type="button" disabled={busy} onClick={() => change(removeRecording(prompt, csrf))}>
                {words.prompts.remove}
              </button>
            ) : (
              <button type="button" disabled={busy} onClick={() => change(synthesise(prompt, csrf))}>
                {words.prompts.synthesise}
              </button>
            )}
          </>
        )}
      </div>
      {heard && (
        // biome-ignore lint/a11y/useMediaCaption: the text that is said stands above it
        <audio src={heard} controls autoPlay aria-label={`${key} ${language}`} />
      )}
      <p className="problem" role="alert">
        {problem}
      </p>
    </li>
  );
}

interface RecorderProps {
  disabled: boolean;
  onRecorded: (sound: Blob) => void;
  onProblem: (problem: string) => void;
}

/** One button: begins, and ends, a recording by this computer's microphone. */
function Recorder({ disabled, onRecorded, onProblem }: RecorderProps) {
  const words = useWords();
  const [recorder, setRecorder] = useState<MediaRecorder | null>(null);
  const running = useRef<MediaRecorder | null>(null);
  running.current = recorder;
  useEffect(() => () => stop(running.current), []);
  const begin = async () => {
    try {
      const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
      const began = new MediaRecorder(microphone);
      const parts: Blob[] = [];
      began.ondataavailable = ({ data }) => parts.push(data);
      began.onstop = () => {
        stop(began);
        setRecorder(null);
        onRecorded(new Blob(parts, { type: began.mimeType }));
      };
      began.start();
      onProblem("");
      setRecorder(began);
    } catch {
      onProblem(words.prompts.noMicrophone);
    }
  };
  return (
    <button
      type="button"
      disabled={disabled}
      aria-pressed={recorder !== null}
      className={recorder ? "recording" : undefined}
      onClick={() => (recorder ? recorder.stop() : void begin())}
    >
      {recorder ? words.prompts.stop : words.prompts.record}
    </button>
  );
}

function stop(recorder: MediaRecorder | null): void {
  for (const track of recorder?.stream.getTracks() ?? []) track.stop();
}
