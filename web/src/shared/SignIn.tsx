// Sign in, and choose a password of one's own.

import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import type { Failure } from "./api";
import { type Looks, SettingsBar } from "./SettingsBar";
import { changePassword, type Person, signIn, waysToSignIn } from "./session";
import { useWords, type Words } from "./words/words";

export function SignIn({ looks, onPerson }: { looks: Looks; onPerson: (person: Person) => void }) {
  const words = useWords();
  const send = async (form: FormData) => {
    const answer = await signIn(String(form.get("name")).trim(), String(form.get("password")));
    if (answer.ok) onPerson(answer.content);
    return answer.ok ? "" : problemOf(answer.failure, words, words.signIn.wrong);
  };
  const provider = useProvider();
  return (
    <FormPage
      looks={looks}
      title={words.signIn.title}
      button={words.signIn.button}
      send={send}
      trouble={troubleOf(location.search, words)}
      beside={provider && <a href={providerFor(provider, location.pathname)}>{words.signIn.byProvider}</a>}
    >
      <Field name="name" label={words.signIn.name} type="text" complete="username" />
      <Field name="password" label={words.signIn.password} type="password" complete="current-password" />
    </FormPage>
  );
}

/** Where the company's provider is asked; empty where there is none. */
function useProvider(): string {
  const [provider, setProvider] = useState("");
  useEffect(() => {
    const ask = async () => {
      const answer = await waysToSignIn();
      if (answer.ok) setProvider(answer.content.oidc ?? "");
    };
    void ask();
  }, []);
  return provider;
}

function providerFor(provider: string, page: string): string {
  return `${provider}?${new URLSearchParams({ to: page })}`;
}

/** Why the provider's way did not lead in, as the address of the page says. */
function troubleOf(search: string, words: Words): string {
  const code = new URLSearchParams(search).get("trouble") ?? "";
  return words.signIn.trouble[code] ?? "";
}

interface NewPasswordProps {
  person: Person;
  looks: Looks;
  onChanged: () => Promise<void>;
}

export function NewPassword({ person, looks, onChanged }: NewPasswordProps) {
  const words = useWords();
  const send = async (form: FormData) => {
    const [old, password, again] = ["old", "password", "again"].map((name) => String(form.get(name)));
    if (password !== again) return words.newPassword.different;
    const answer = await changePassword(old ?? "", password ?? "", person.csrf);
    if (answer.ok) await onChanged();
    return answer.ok ? "" : problemOf(answer.failure, words, words.newPassword.wrong);
  };
  const { title, why, button, ...labels } = words.newPassword;
  return (
    <FormPage looks={looks} title={title} note={why} button={button} send={send}>
      <input type="hidden" name="username" autoComplete="username" value={person.name} readOnly />
      <Field name="old" label={labels.old} type="password" complete="current-password" />
      <Field name="password" label={labels.password} type="password" complete="new-password" />
      <Field name="again" label={labels.again} type="password" complete="new-password" />
    </FormPage>
  );
}

function problemOf(failure: Failure, words: Words, wrong: string): string {
  if (failure.code === "wrong") return wrong;
  if (failure.code === "too_often") return words.signIn.tooOften;
  return failure.code === "unreached" ? words.signIn.unreached : words.signIn.failed(failure.message);
}

interface FormPageProps {
  looks: Looks;
  title: string;
  note?: string;
  button: string;
  /** Gives what is wrong, empty for nothing. */
  send: (form: FormData) => Promise<string>;
  /** What was wrong before. */
  trouble?: string;
  beside?: ReactNode;
  children: ReactNode;
}

function FormPage({ looks, title, note, button, send, trouble = "", beside, children }: FormPageProps) {
  const words = useWords();
  const [problem, setProblem] = useState(trouble);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setProblem(await send(new FormData(event.currentTarget)));
    setBusy(false);
  };
  return (
    <main className="form-page">
      <title>{`${title} · ${words.product}`}</title>
      <form onSubmit={submit} aria-labelledby="title">
        <p className="brand">{words.product}</p>
        <h1 id="title">{title}</h1>
        {note && <p>{note}</p>}
        {children}
        <p className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="main" disabled={busy}>
          {button}
        </button>
        {beside}
      </form>
      <div className="settings">
        <SettingsBar looks={looks} />
      </div>
    </main>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type: "text" | "password";
  complete: string;
}

function Field({ name, label, type, complete }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input name={name} type={type} autoComplete={complete} required maxLength={type === "text" ? 64 : undefined} />
    </label>
  );
}
