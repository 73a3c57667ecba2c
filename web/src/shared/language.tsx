// The languages of the pages, and the words of a part of them in the one that is shown.

import { createContext, useContext } from "react";

export type Language = "zh-CN" | "en";
export const LANGUAGES: Record<Language, string> = { "zh-CN": "中文", en: "English" };

/** The language for somebody whose browser asks for these, the first best. */
export function languageFor(wanted: readonly string[]): Language {
  const first = wanted.find((one) => /^(zh|en)\b/i.test(one));
  return first && /^en\b/i.test(first) ? "en" : "zh-CN";
}

export const LanguageContext = createContext<Language>("zh-CN");

/** The hook that gives these words in the language that is shown. */
export function wordsIn<Words>(words: Record<Language, Words>): () => Words {
  return () => words[useContext(LanguageContext)];
}
