// Who may sign in, as what, and where they are signed in now.

import { type FormEvent, useId, useState } from "react";
import type { Answer } from "../../shared/api";
import type { Person } from "../../shared/session";
import { Suggestions } from "../AddName";
import { addUser, changeUser, endSessions, resetPassword, type SignedIn, sessions, type User, users } from "../asked";
import { useNames } from "../editing";
import { moment } from "../moment";
import { useAsked } from "../useAsked";
import { useWords } from "../words/words";

const ROLES = ["agent", "supervisor", "admin"] as const;

export function Users({ person }: { person: Person }) {
  const words = useWords();
  const { content, failure, again } = useAsked(users);
  const [told, setTold] = useState<{ name: string; password: string } | null>(null);
  const [problem, setProblem] = useState("");
  const agents = useId();
  const names = useNames("agents");
  const act = async <T,>(asked: Promise<Answer<T>>): Promise<T | null> => {
    const answer = await asked;
    setProblem(
      answer.ok ? "" : (words.refused[answer.failure.code] ?? answer.failure.message) || words.signIn.unreached,
    );
    await again();
    return answer.ok ? answer.content : null;
  };
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = Object.fromEntries(new FormData(form)) as unknown as User;
    const added = await act(addUser({ ...given, name: given.name.trim(), agent: given.agent.trim() }, person.csrf));
    if (!added) return;
    setTold({ name: added.name, password: added.one_time_password });
    form.reset();
  };
  const reset = async (name: string) => {
    const made = await act(resetPassword(name, person.csrf));
    if (made) setTold({ name, password: made.one_time_password });
  };
  if (failure) return <p className="problem">{failure.message || words.signIn.unreached}</p>;
  if (!content) return null;
  return (
    <section aria-label={words.rooms.users}>
      <Suggestions id={agents} of={names} />
      <form className="bar new-user" onSubmit={add} aria-label={words.users.add}>
        <input
          name="name"
          required
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9._@\-]*"
          aria-label={words.signIn.name}
          placeholder={words.signIn.name}
        />
        <input
          name="display_name"
          maxLength={64}
          aria-label={words.field("display_name").label}
          placeholder={words.field("display_name").label}
        />
        <select name="role" aria-label={words.users.role}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.users[role]}
            </option>
          ))}
        </select>
        <input
          name="agent"
          list={agents}
          maxLength={64}
          aria-label={words.users.worksAs}
          placeholder={words.users.worksAs}
        />
        <button type="submit" className="main">
          {words.users.add}
        </button>
      </form>
      <p className="problem" role="alert">
        {problem}
      </p>
      {told && (
        <output className="notice">
          {words.users.password(told.name)} <code className="one-time">{told.password}</code> {words.users.once}{" "}
          <button type="button" onClick={() => setTold(null)}>
            {words.users.seen}
          </button>
        </output>
      )}
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {[
                words.signIn.name,
                words.field("display_name").label,
                words.users.role,
                words.users.worksAs,
                words.users.hears,
                words.users.state,
              ].map((one) => (
                <th key={one} scope="col">
                  {one}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {content.map((user) => (
              <Row
                key={user.name}
                user={user}
                agents={agents}
                onChange={(wish) => act(changeUser(user.name, wish, person.csrf))}
                onReset={() => reset(user.name)}
                onEnd={() => act(endSessions(user.name, person.csrf))}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface RowProps {
  user: User;
  agents: string;
  onChange: (wish: Partial<User>) => Promise<unknown>;
  onReset: () => Promise<void>;
  onEnd: () => Promise<unknown>;
}

function Row({ user, agents, onChange, onReset, onEnd }: RowProps) {
  const words = useWords();
  const [where, setWhere] = useState<SignedIn[] | null>(null);
  const look = async () => {
    const answer = await sessions(user.name);
    setWhere(answer.ok ? answer.content : null);
  };
  const end = async () => {
    await onEnd();
    await look();
  };
  return (
    <tr data-user={user.name} className={user.disabled ? "disabled" : undefined}>
      <th scope="row">{user.name}</th>
      <td>
        <Kept
          label={words.field("display_name").label}
          value={user.display_name}
          onKeep={(display_name) => onChange({ display_name })}
        />
      </td>
      <td>
        <select
          aria-label={words.users.role}
          value={user.role}
          onChange={(event) => onChange({ role: event.target.value as User["role"] })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.users[role]}
            </option>
          ))}
        </select>
      </td>
      <td>
        <Kept label={words.users.worksAs} list={agents} value={user.agent} onKeep={(agent) => onChange({ agent })} />
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={`${words.users.hears}: ${user.name}`}
          checked={user.hears_recordings}
          onChange={(event) => onChange({ hears_recordings: event.target.checked })}
        />
      </td>
      <td>{user.disabled ? words.users.disabled : user.must_change ? words.users.mustChange : words.users.active}</td>
      <td>
        <div className="buttons">
          <button type="button" onClick={() => onChange({ disabled: !user.disabled })}>
            {user.disabled ? words.users.enable : words.users.disable}
          </button>
          <button type="button" onClick={onReset}>
            {words.users.reset}
          </button>
          <button type="button" aria-expanded={where !== null} onClick={() => (where ? setWhere(null) : look())}>
            {words.users.sessions}
          </button>
        </div>
        {where && (
          <div>
            {where.length === 0 && <p className="hint">{words.users.nowhere}</p>}
            <ul>
              {where.map((one) => (
                <li key={one.created_at}>{words.users.since(moment(one.created_at), moment(one.seen_at), one.own)}</li>
              ))}
            </ul>
            {where.some((one) => !one.own) && (
              <button type="button" onClick={end}>
                {words.users.endAll}
              </button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

interface KeptProps {
  label: string;
  value: string;
  list?: string;
  onKeep: (value: string) => Promise<unknown>;
}

/** A text that is kept when the field is left, and is as it was again where that is refused. */
function Kept({ label, value, list, onKeep }: KeptProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const keep = async () => {
    if (typed !== null && typed.trim() !== value) await onKeep(typed.trim());
    setTyped(null);
  };
  return (
    <input
      type="text"
      aria-label={label}
      list={list}
      maxLength={64}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
    />
  );
}
