import { expect, test } from "vitest";
import { en } from "./en";
import { zhCN } from "./zh-CN";

test("a field of one name in two sections has what it means in each", () => {
  for (const words of [en, zhCN]) {
    const [answers, webhooks] = [words.field("queues", "canned_answers"), words.field("queues", "webhooks")];
    expect(answers.label).toBe(webhooks.label);
    expect(answers.hint).not.toBe(webhooks.hint);
  }
});
