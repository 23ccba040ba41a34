/** Fields that local servers add to answers and strict clients do not expect. A list; knows no values. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, without } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

const inBody = [
  "stats",
  "timings",
  "model_info",
  "runtime",
  "prompt_progress",
  "__verbose",
  "generation_settings",
  "prompt_logprobs",
  "prompt_token_ids",
  "kv_transfer_params",
];

const inChoice = ["stop_reason", "matched_stop", "token_ids", "prompt_token_ids", "prompt_logprobs"];

export const extraFields: Mend = {
  id: "extra-fields",
  title:
    "`stats`, `timings`, `model_info`, `stop_reason` and the like are taken out; other unknown fields stay.",
  source:
    "BT#601; LM Studio's REST documents; llama-server as recorded (chat, chat-return-progress); vLLM's source",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  answer: (body, { endpoint }) => stripAll(body, endpoint),
  stream: () => stripping,
};

const stripping: MendStage = {
  chunk(chunk, { endpoint }) {
    const stripped = stripAll(chunk, endpoint);
    return stripped === undefined ? undefined : [stripped];
  },
};

/** llama-server repeats the request's word beside each vector (recorded: emb-base64). */
const inVector = ["encoding_format"];

/** What vLLM gives on endpoints where OpenAI has no such field. */
const byEndpoint: Readonly<Record<string, readonly string[]>> = {
  embeddings: ["id", "created"],
  completions: ["service_tier"],
};

function stripAll(body: JsonObject, endpoint: string): JsonObject | undefined {
  const stripped = strip(body);
  return stripMore(stripped ?? body, endpoint) ?? stripped;
}

function stripMore(body: JsonObject, endpoint: string): JsonObject | undefined {
  const outer = without(body, byEndpoint[endpoint] ?? []);
  if (endpoint !== "embeddings") return outer;
  const inUsage = ["completion_tokens", "prompt_tokens_details"];
  return changeObject(outer ?? body, "usage", (usage) => without(usage, inUsage)) ?? outer;
}

function strip(body: JsonObject): JsonObject | undefined {
  const outer = without(body, inBody);
  const choices = changeList(outer ?? body, "choices", (choice) => without(choice, inChoice)) ?? outer;
  return changeList(choices ?? body, "data", (vector) => without(vector, inVector)) ?? choices;
}
