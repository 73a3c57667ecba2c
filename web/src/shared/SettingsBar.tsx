// Language and theme, for every page.

import { LANGUAGES, type Language } from "./language";
import { useWords } from "./words/words";

export type Theme = "auto" | "light" | "dark";

export interface Looks {
  language: Language;
  setLanguage: (language: Language) => void;
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

export function SettingsBar({ looks }: { looks: Looks }) {
  const { settings } = useWords();
  const themes: Theme[] = ["auto", "light", "dark"];
  return (
    <>
      <select
        aria-label={settings.language}
        value={looks.language}
        onChange={(event) => looks.setLanguage(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={settings.theme}
        value={looks.theme}
        onChange={(event) => looks.setTheme(event.target.value as Theme)}
      >
        {themes.map((theme) => (
          <option key={theme} value={theme}>
            {settings[theme]}
          </option>
        ))}
      </select>
    </>
  );
}
