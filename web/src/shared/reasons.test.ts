import { expect, test } from "vitest";
import { supervise as boardEn } from "../board/words/supervise.en";
import { supervise as boardZh } from "../board/words/supervise.zh-CN";
import { en as deskEn } from "../desk/words/en";
import { zhCN as deskZh } from "../desk/words/zh-CN";

/** As the router gives them: the outcomes of offers that lead to a back-off, in words, among them (acd/floor.py). */
const REASONS = [
  ...["device", "ring no answer", "internal call", "monitoring"],
  ...["no answer", "declined", "busy", "unreachable", "failed", "withdrawn"],
];

test("why an agent is in a state has words on the desk and on the board, in every language", () => {
  for (const words of [deskEn.reason, deskZh.reason, boardEn.reasons, boardZh.reasons]) {
    expect(REASONS.filter((reason) => !(reason in words))).toEqual([]);
  }
});
