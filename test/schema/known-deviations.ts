/** What may differ from OpenAI's schema, by name and with its reason; nothing else may. Knows no exchange. */
import type { Deviation } from "./openai-schema.ts";

/** What a piece of an answer is, and so by which schema it is checked. */
export type Checked =
  | "chat answer"
  | "chat chunk"
  | "completion"
  | "completion chunk"
  | "embeddings"
  | "model list"
  | "model"
  | "response"
  | "response event"
  | "input items"
  | "error";

export interface KnownDeviation {
  readonly name: string;
  readonly reason: string;
  readonly checked: readonly Checked[];
  readonly at: RegExp;
  readonly what: RegExp;
}

const unknown = /^is unknown to the schema$/;

/** Where OpenAI's own recorded answers are not what its schema says. */
export const sentByOpenai: readonly KnownDeviation[] = [
  {
    name: "embedding-base64",
    reason:
      "With `encoding_format: base64` OpenAI sends a string; its schema only knows the list of numbers.",
    checked: ["embeddings"],
    at: /^\/data\/\d+\/embedding$/,
    what: /^must be array, is "/,
  },
  {
    name: "completion-chunk-without-finish",
    reason:
      "Chunks of a legacy completion have the schema of the whole answer, in which no finish reason is null; before the last chunk it is.",
    checked: ["completion chunk"],
    at: /^\/choices\/\d+\/finish_reason$/,
    what: /, is null$/,
  },
  {
    name: "completion-chunk-usage-null",
    reason:
      "With `include_usage` every chunk but the last has `usage: null`, which only the chat chunk's schema allows.",
    checked: ["completion chunk"],
    at: /^\/usage$/,
    what: /, is null$/,
  },
  {
    name: "response-cache-write-tokens",
    reason: "Required by the schema since 2026; OpenAI's recorded answers do not have it.",
    checked: ["response", "response event"],
    at: /^(\/response)?\/usage\/input_tokens_details\/cache_write_tokens$/,
    what: /^is missing$/,
  },
  {
    name: "response-store",
    reason: "OpenAI repeats whether it keeps the response; the schema has the word in requests only.",
    checked: ["response", "response event"],
    at: /^(\/response)?\/store$/,
    what: /^is unknown to the schema$/,
  },
  {
    name: "response-user-null",
    reason: "OpenAI sends `user: null` where the request had none; the schema wants a string.",
    checked: ["response", "response event"],
    at: /^(\/response)?\/user$/,
    what: /, is null$/,
  },
  {
    name: "response-usage-null",
    reason: "OpenAI sends `usage: null` in the events before the end; the schema wants an object.",
    checked: ["response event"],
    at: /^\/response\/usage$/,
    what: /, is null$/,
  },
];

/** Keys that OpenAI does not send and that clients which do not know them leave alone. */
export const addedKeys: readonly KnownDeviation[] = [
  {
    name: "reasoning-content",
    reason:
      "What a reasoning model thinks, where clients for local models look for it; OpenAI shows none in chat.",
    checked: ["chat answer", "chat chunk"],
    at: /^\/choices\/\d+\/(message|delta)\/reasoning_content$/,
    what: unknown,
  },
  {
    name: "estimated-usage",
    reason: "Marks usage that the proxy counted itself since the backend told none.",
    checked: ["chat answer", "chat chunk", "completion", "completion chunk", "embeddings"],
    at: /^\/usage\/x_estimated$/,
    what: unknown,
  },
  {
    name: "error-event-object",
    reason:
      "OpenAI's SDKs raise what stands under `error` of an event; the schema has the fields at its top.",
    checked: ["response event"],
    at: /^\/error$/,
    what: unknown,
  },
];

/** All that is allowed. */
export const knownDeviations: readonly KnownDeviation[] = [...sentByOpenai, ...addedKeys];

/** The entry that allows it. */
export function findKnown(checked: Checked, deviation: Deviation): KnownDeviation | undefined {
  return knownDeviations.find(
    (known) =>
      known.checked.includes(checked) && known.at.test(deviation.at) && known.what.test(deviation.what),
  );
}
