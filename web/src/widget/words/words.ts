// The words of the chat widget.

import type { Language } from "../options";
import { en, type Words } from "./en";
import { zhCN } from "./zh-CN";

export type { Words } from "./en";
export const WORDS: Record<Language, Words> = { en, "zh-CN": zhCN };
