/** The requests for one choice each that a request for several choices, or of several prompts, comes to. Pure. */
import { badRequest } from "../errors.ts";
import type { ModelRequest } from "../protocol/openai/endpoint.ts";

export interface Singles {
  /** Prompt by prompt, each as often as it is to be answered. */
  readonly requests: readonly ModelRequest[];
  /** How many in a row have the same prompt. */
  readonly perPrompt: number;
}

/** As many as OpenAI answers to one request. */
const mostChoices = 128;

export function toSingles(
  fields: ModelRequest,
  splits: { readonly choices: boolean; readonly prompts: boolean },
): Singles {
  const { n, prompt } = fields;
  const perPrompt = splits.choices && typeof n === "number" ? n : 1;
  const prompts: readonly unknown[] = splits.prompts && Array.isArray(prompt) ? prompt : [prompt];
  if (prompts.length * perPrompt > mostChoices) {
    throw badRequest(
      `At most ${mostChoices} choices are made for a request, and ${prompts.length} prompts with n ${perPrompt} ask for more.`,
      "prompt",
      "invalid_value",
    );
  }
  const requests = prompts.flatMap((one) => {
    const single: ModelRequest = { ...fields, ...(splits.prompts ? { prompt: one } : {}) };
    if (splits.choices) delete single["n"];
    return Array.from({ length: perPrompt }, () => single);
  });
  return { requests, perPrompt };
}
