/** vLLM's count of tokens, in its order of keys. */
import type { Answer, Usage } from "../../answer.ts";

/** One count. */
export function formatUsage({ promptTokens, completionTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  };
}

/** One prompt, and what all choices took. */
export function sumUsage(answers: readonly Answer[]): Usage {
  const sum = (count: (usage: Usage) => number) =>
    answers.reduce((total, { usage }) => total + count(usage), 0);
  return {
    promptTokens: answers[0]?.usage.promptTokens ?? 0,
    completionTokens: sum(({ completionTokens }) => completionTokens),
    reasoningTokens: sum(({ reasoningTokens }) => reasoningTokens),
  };
}
