// The agent's desktop: who is in, and then the desk.

import { useCallback, useEffect, useState } from "react";
import { type Person, signOut, whoIsIn } from "../session";
import { useKept } from "../settings";
import { LANGUAGES, type Language, languageFor, WordsContext } from "../words/words";
import { DeskPage } from "./DeskPage";
import type { Looks, Theme } from "./SettingsBar";
import { NewPassword, SignIn } from "./SignIn";

export function App() {
  const [language, setLanguage] = useKept<Language>("language", languageFor(navigator.languages));
  const [theme, setTheme] = useKept<Theme>("theme", "auto");
  const [person, setPerson] = useState<Person | null | "unknown">("unknown");
  const words = LANGUAGES[language].words;

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

  const leave = useCallback(async (csrf: string) => {
    await signOut(csrf);
    setPerson(null);
  }, []);

  const looks: Looks = { language, setLanguage, theme, setTheme };
  return (
    <WordsContext value={words}>
      {person === "unknown" ? null : person === null ? (
        <SignIn looks={looks} onPerson={setPerson} />
      ) : person.must_change ? (
        <NewPassword person={person} looks={looks} onChanged={ask} />
      ) : (
        <DeskPage person={person} looks={looks} onFailed={ask} onLeave={() => leave(person.csrf)} />
      )}
    </WordsContext>
  );
}
