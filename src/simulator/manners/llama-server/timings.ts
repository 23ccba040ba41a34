/** llama-server's counts and times of one answer. The times are made up, the counts are not. */
import type { Usage } from "../../answer.ts";

/** Its build, as it names itself. */
export const fingerprint = "b500-de3ff81";

const millisecondsPerToken = 0.25;

/** Counts of one choice. */
export function formatUsage({ promptTokens, completionTokens }: Usage): object {
  return {
    completion_tokens: completionTokens,
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}

/** How long it is said to have taken. */
export function formatTimings({ promptTokens, completionTokens }: Usage): object {
  return {
    cache_n: 0,
    prompt_n: promptTokens,
    prompt_ms: promptTokens * millisecondsPerToken,
    prompt_per_token_ms: millisecondsPerToken,
    prompt_per_second: 1_000 / millisecondsPerToken,
    predicted_n: completionTokens,
    predicted_ms: completionTokens * millisecondsPerToken,
    predicted_per_token_ms: millisecondsPerToken,
    predicted_per_second: 1_000 / millisecondsPerToken,
  };
}
