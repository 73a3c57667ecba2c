// The words of the pages, one file a language, and which of them is shown.

import { createContext, useContext } from "react";
import { en, type Words } from "./en";
import { zhCN } from "./zh-CN";

export type { Words } from "./en";
export type Language = "zh-CN" | "en";
export const LANGUAGES: Record<Language, { words: Words; name: string }> = {
  "zh-CN": { words: zhCN, name: "中文" },
  en: { words: en, name: "English" },
};

/** The language for somebody whose browser asks for these, the first best. */
export function languageFor(wanted: readonly string[]): Language {
  const first = wanted.find((one) => /^(zh|en)\b/i.test(one));
  return first && /^en\b/i.test(first) ? "en" : "zh-CN";
}

export const WordsContext = createContext<Words>(zhCN);
export const useWords = (): Words => useContext(WordsContext);
