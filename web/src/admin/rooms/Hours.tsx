// When the centre is open for callbacks, queue by queue, with holidays; the flows have their own hours in their nodes.

import { useId, useState } from "react";
import { at, isMap, type Path, type Plain } from "../draft";
import { useForm, useNames, useValue } from "../editing";
import { Field } from "../Field";
import { Found } from "../Found";
import { areHours, hoursOf, isDay, WEEKDAYS, type Weekday, weekOf } from "../hours";
import { useWords } from "../words/words";

export function Hours({ chosen, onChoose }: { chosen: string; onChoose: (name: string) => void }) {
  const words = useWords();
  const queues = useNames("queues");
  const queue = queues.includes(chosen) ? chosen : (queues[0] ?? "");
  const id = useId();
  const path: Path = ["queues", queue, "callback"];
  return (
    <section aria-label={words.rooms.hours}>
      <p className="hint">{words.hours.hint}</p>
      <div className="fields">
        <Field path={["time_zone"]} />
      </div>
      {queue && (
        <section className="part" aria-label={words.hours.callbacks}>
          <h2>{words.hours.callbacks}</h2>
          <div className="field">
            <label htmlFor={id}>{words.queue}</label>
            <select id={id} value={queue} onChange={(event) => onChoose(event.target.value)}>
              {queues.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </div>
          <Found path={path} />
          <Week key={queue} path={[...path, "hours"]} />
          <Days path={[...path, "days"]} />
          <div className="fields">
            <Field path={[...path, "zone"]} />
            <Field path={[...path, "quiet_hours"]} />
          </div>
        </section>
      )}
    </section>
  );
}

function Week({ path }: { path: Path }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const week = weekOf(isMap(value) ? value : {});
  // What is typed may not be hours yet: it stays as it is until it can be written shorter.
  const [typed, setTyped] = useState(week);
  if (!week || !typed) return <Field path={path} />;
  const set = (day: Weekday, text: string) => {
    const changed = { ...typed, [day]: text };
    setTyped(changed);
    const hours = hoursOf(changed);
    editing.set(path, Object.keys(hours).length ? hours : undefined);
  };
  return (
    <fieldset className="group week">
      <legend>{words.hours.week}</legend>
      <p className="hint">{words.hours.weekHint}</p>
      {WEEKDAYS.map((day) => (
        <label key={day} data-wrong={!areHours(typed[day])}>
          <span>{words.weekdays[day]}</span>
          <input
            type="text"
            aria-invalid={!areHours(typed[day])}
            readOnly={!mayChange}
            value={typed[day]}
            placeholder={Object.values(typed).some(Boolean) ? words.hours.closed : ""}
            onChange={(event) => set(day, event.target.value)}
          />
          {!areHours(typed[day]) && <span className="problem">{words.hours.wrong}</span>}
        </label>
      ))}
      <Found path={path} within />
    </fieldset>
  );
}

/** Holidays and other days with hours of their own. */
function Days({ path }: { path: Path }) {
  const words = useWords();
  const { editing, mayChange } = useForm();
  const value = useValue(path);
  const days: Record<string, Plain> = isMap(value) ? value : {};
  const [day, setDay] = useState("");
  const wrong = day !== "" && !isDay(day);
  const add = () => {
    editing.set([...path, day], "closed");
    setDay("");
  };
  return (
    <fieldset className="group">
      <legend>{words.hours.days}</legend>
      <p className="hint">{words.hours.daysHint}</p>
      {Object.keys(days)
        .sort()
        .map((one) => (
          <div key={one} className="row">
            <span>{one}</span>
            <input
              type="text"
              aria-label={one}
              aria-invalid={!areHours(String(days[one]))}
              readOnly={!mayChange}
              value={String(at(days, [one]) ?? "")}
              onChange={(event) => editing.set([...path, one], event.target.value)}
            />
            {mayChange && (
              <button
                type="button"
                aria-label={words.removeThis(one)}
                onClick={() => editing.set([...path, one], undefined)}
              >
                ✕
              </button>
            )}
          </div>
        ))}
      {mayChange && (
        <div className="add">
          <input
            type="text"
            aria-label={words.hours.day}
            placeholder="10-01"
            aria-invalid={wrong}
            value={day}
            onChange={(event) => setDay(event.target.value.trim())}
          />
          <button type="button" aria-label={words.hours.addDay} disabled={!isDay(day) || day in days} onClick={add}>
            +
          </button>
          {wrong && <span className="problem">{words.hours.noDay}</span>}
        </div>
      )}
      <Found path={path} within />
    </fieldset>
  );
}
