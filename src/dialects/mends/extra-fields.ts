/** Fields that local servers add to answers and strict clients do not expect. A list; knows no values. */
import type { JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, withoutAny } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendStage } from "../mend.ts";

const inBody = new Set([
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
]);

const inChoice = new Set(["stop_reason", "matched_stop", "token_ids", "prompt_token_ids", "prompt_logprobs"]);

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
const inVector = new Set(["encoding_format"]);

/** What vLLM gives on endpoints where OpenAI has no such field. */
const byEndpoint: Readonly<Record<string, ReadonlySet<string>>> = {
  embeddings: new Set(["id", "created"]),
  completions: new Set(["service_tier"]),
};

const inUsage = new Set(["completion_tokens", "prompt_tokens_details"]);

function stripAll(body: JsonObject, endpoint: string): JsonObject | undefined {
  const stripped = strip(body);
  return stripMore(stripped ?? body, endpoint) ?? stripped;
}

function stripMore(body: JsonObject, endpoint: string): JsonObject | undefined {
  const own = byEndpoint[endpoint];
  const outer = own && withoutAny(body, own);
  if (endpoint !== "embeddings") return outer;
  return changeObject(outer ?? body, "usage", (usage) => withoutAny(usage, inUsage)) ?? outer;
}

function strip(body: JsonObject): JsonObject | undefined {
  const outer = withoutAny(body, inBody);
  const choices = changeList(outer ?? body, "choices", (choice) => withoutAny(choice, inChoice)) ?? outer;
  return changeList(choices ?? body, "data", (vector) => withoutAny(vector, inVector)) ?? choices;
}
