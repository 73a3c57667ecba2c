// Who is in: sign-in first, a password of one's own, and then the page.

import { type ReactNode, useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import "./theme.css";
import { type Language, LanguageContext, languageFor } from "./language";
import { PersonContext } from "./Recordings";
import type { Looks, Theme } from "./SettingsBar";
import { NewPassword, SignIn } from "./SignIn";
import { type Person, signOut, whoIsIn } from "./session";
import { useKept } from "./settings";

export interface PageProps {
  person: Person;
  looks: Looks;
  /** Something could not be asked: the session may be over. */
  onFailed: () => void;
  onLeave: () => void;
}

/** Show a page to whoever signs in. */
export function show(page: (props: PageProps) => ReactNode): void {
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<Gate page={page} />);
}

function Gate({ page: Page }: { page: (props: PageProps) => ReactNode }) {
  const [language, setLanguage] = useKept<Language>("language", languageFor(navigator.languages));
  const [theme, setTheme] = useKept<Theme>("theme", "auto");
  const [person, setPerson] = useState<Person | null | "unknown">("unknown");

  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);

  const ask = useCallback(async () => {
    const answer = await whoIsIn();
    if (answer.ok) setPerson(answer.content);
    else if (answer.failure.status === 401) setPerson(null);
    else setPerson((known) => (known === "unknown" ? null : known));
  }, []);
  useEffect(() => void ask(), [ask]);

  const leave = async (csrf: string) => {
    await signOut(csrf);
    setPerson(null);
  };

  const looks: Looks = { language, setLanguage, theme, setTheme };
  return (
    <LanguageContext value={language}>
      {person === "unknown" ? null : person === null ? (
        <SignIn looks={looks} onPerson={setPerson} />
      ) : person.must_change ? (
        <NewPassword person={person} looks={looks} onChanged={ask} />
      ) : (
        <PersonContext value={person}>
          <Page person={person} looks={looks} onFailed={ask} onLeave={() => leave(person.csrf)} />
        </PersonContext>
      )}
    </LanguageContext>
  );
}
