// The words that all pages share.

import { wordsIn } from "../language";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export type { Words } from "./en";
export const useWords = wordsIn({ "zh-CN": zhCN, en });
