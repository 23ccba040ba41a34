/** Fields of answers that OpenAI's schema does not have. Knows no request. */
import { changeChoices } from "../../protocol/openai/change-choices.ts";
import { without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

const answerFields = [
  "stats",
  "timings",
  "model_info",
  "runtime",
  "prompt_progress",
  "__verbose",
  "prompt_logprobs",
  "prompt_token_ids",
  "kv_transfer_params",
];
const choiceFields = ["stop_reason", "token_ids"];

export const extraFields: Mend = {
  id: "extra-fields",
  title: "The backend's own measurements, such as `stats` and `timings`, are left out of answers.",
  source: "BT#601; llama-server (recorded: chat, chat-return-progress); vLLM",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer: (body) => strip(body),
  stream: () => ({
    chunk(chunk) {
      const stripped = strip(chunk);
      return stripped === undefined ? undefined : [stripped];
    },
  }),
};

function strip(body: Parameters<typeof without>[0]) {
  const outer = without(body, answerFields);
  return changeChoices(outer ?? body, (choice) => without(choice, choiceFields)) ?? outer;
}
