/** Writes down in the exchange how many tokens an answer came to, as the backend tells it. */
import type { Exchange } from "../exchange.ts";
import type { TokenCounts } from "../protocol/openai/read-usage.ts";

/** For one stream, which may tell its counts again and again: the latest of each holds. Streams side by side add up. */
export function countStream({ tokens }: Exchange): (counts: TokenCounts) => void {
  let prompt = 0;
  let completion = 0;
  return (counts) => {
    tokens.prompt = (tokens.prompt ?? 0) + (counts.prompt ?? prompt) - prompt;
    tokens.completion = (tokens.completion ?? 0) + (counts.completion ?? completion) - completion;
    prompt = counts.prompt ?? prompt;
    completion = counts.completion ?? completion;
  };
}

/** The same counts for a further answer to a prompt that has been counted: OpenAI counts a prompt once. */
export function withoutPrompt(tokens: Exchange["tokens"]): Exchange["tokens"] {
  return {
    prompt: undefined,
    get completion() {
      return tokens.completion;
    },
    set completion(count) {
      tokens.completion = count;
    },
  };
}

/** Prompt and answer together; undefined where nobody told. */
export function tokensOf({ tokens }: Exchange): number | undefined {
  if (tokens.prompt === undefined && tokens.completion === undefined) return undefined;
  return (tokens.prompt ?? 0) + (tokens.completion ?? 0);
}
