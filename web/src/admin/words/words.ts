// The words of the admin's rooms.

import { wordsIn } from "../../shared/language";
import { en } from "./en";
import { zhCN } from "./zh-CN";

export type { Words } from "./en";
export const useWords = wordsIn({ "zh-CN": zhCN, en });
