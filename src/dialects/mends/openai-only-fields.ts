/** Fields that speak to OpenAI's own service. Knows no answer. */
import { withoutAny } from "../../protocol/openai/parts.ts";
import { localKinds } from "../kinds.ts";
import type { Mend } from "../mend.ts";

/** About storage, billing and moderation at OpenAI: no local backend acts on them, strict ones refuse them. */
const serviceFields = new Set([
  "store",
  "metadata",
  "service_tier",
  "prediction",
  "user",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "moderation",
]);

const withModalities = new Set([...serviceFields, "modalities"]);

export const openaiOnlyFields: Mend = {
  id: "openai-only-fields",
  title:
    "Fields about storage, billing and moderation at OpenAI are left out: strict backends refuse what they do not know.",
  source: "voideditor/void#128",
  kinds: localKinds,
  endpoints: ["chat", "completions", "embeddings"],
  looksAt: [...withModalities],
  request(body) {
    const { modalities } = body;
    const isTextOnly = Array.isArray(modalities) && modalities.every((modality) => modality === "text");
    return withoutAny(body, isTextOnly ? withModalities : serviceFields);
  },
};
