/** Reads requests as vLLM does, which checks every field. Knows nothing of answers. */
import { isJsonObject, type JsonObject } from "../../../protocol/openai/fields.ts";
import { barePrompt, type Prompt } from "../../prompt.ts";
import {
  asksForUsage,
  readLenientTools,
  type RequestRules,
  toChoiceWord,
  toFormatSchema,
  toStopList,
  toTurn,
} from "../../request-rules.ts";
import type { EmbeddingsAsk, TextAsk } from "../server-manners.ts";
import { refuseField, refuseWith } from "./refusals.ts";

/** OpenAI's fields that it has none of (voideditor/void#128): the mend `openai-only-fields`. */
const unknownFields = [
  "store",
  "metadata",
  "service_tier",
  "prediction",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "moderation",
  "modalities",
];

/** What several of vLLM's endpoints read alike. */
export const rules: RequestRules = {
  refuse: (message) => refuseWith(400, message),
  requireImage(url) {
    if (typeof url === "string" && /^(https?:|data:)/.test(url)) return;
    throw refuseWith(400, "The URL must be either a HTTP, data or file URL.");
  },
  readFlatTools: readLenientTools,
  chooseTools(choice, tools) {
    const word = toChoiceWord(choice);
    if (word !== undefined) return { tools, toolChoice: word };
    if (choice === undefined || choice === null) return { tools, toolChoice: "auto" };
    const name = nameIn(choice);
    const named = tools.filter((tool) => tool.name === name);
    if (named.length > 0) return { tools: named, toolChoice: "required" };
    throw refuseWith(400, "Tool in `tool_choice` does not match any of the specified `tools`.");
  },
};

/** `functions` are passed over: the mend `legacy-functions`. */
export function readChat(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { messages, tool_choice: choice } = body;
  refuseUnknown(body);
  if (messages === undefined) throw refuseField("missing", "messages", "Field required");
  if (!Array.isArray(messages)) throw refuseField("list_type", "messages", "Input should be a valid list");
  const list = messages.filter(isJsonObject);
  for (const message of list) requireMessage(message);
  const prompt: Prompt = {
    turns: list.map((message) => toTurn(message, rules.requireImage)),
    ...rules.chooseTools(choice, readLenientTools(body["tools"])),
    schema: toFormatSchema(body["response_format"]),
    ...limitsOf(body, body["max_completion_tokens"] ?? body["max_tokens"]),
  };
  const { logprobs, top_logprobs: alternatives } = body;
  const told = typeof alternatives === "number" ? alternatives : 0;
  return {
    ...readCommon(body),
    prompts: [prompt],
    topLogprobs: logprobs === true ? told : undefined,
    isToolNamed: isJsonObject(choice),
  };
}

/** A list of prompts gives a choice each; token ids are written out. */
export function readCompletion(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { prompt, suffix, logprobs } = body;
  refuseUnknown(body);
  if (prompt === undefined || prompt === null) throw refuseField("missing", "prompt", "Field required");
  if (typeof suffix === "string") throw refuseWith(400, "suffix is not currently supported");
  const limit = body["max_tokens"] ?? 16;
  const prompts = textsOf(prompt).map((text): Prompt => ({
    ...barePrompt,
    turns: [{ role: "user", text, imageCount: 0 }],
    ...limitsOf(body, limit),
  }));
  return { ...readCommon(body), prompts, topLogprobs: typeof logprobs === "number" ? logprobs : undefined };
}

/** Texts, or token ids in the vocabulary of its own model: the mend `embedding-tokens`. */
export function readEmbeddings(given: unknown): EmbeddingsAsk {
  const body = isJsonObject(given) ? given : {};
  const { input, dimensions } = body;
  refuseUnknown(body);
  if (input === undefined || input === null) throw refuseField("missing", "input", "Field required");
  return {
    model: modelOf(body),
    inputs: textsOf(input),
    isBase64: body["encoding_format"] === "base64",
    dimensions: typeof dimensions === "number" ? dimensions : undefined,
  };
}

function refuseUnknown(body: JsonObject): void {
  const unknown = unknownFields.find((field) => field in body);
  if (unknown !== undefined) throw refuseField("extra_forbidden", unknown, "Extra inputs are not permitted");
}

function requireMessage({ role, content }: JsonObject): void {
  // The templates of most models raise where they meet a role that they do not know: the mend `developer-role`.
  if (role === "developer") throw refuseWith(400, "Unexpected message role.");
  if (content === undefined || content === null || typeof content === "string" || Array.isArray(content))
    return;
  // As some give a tool's result: the mend `tool-result-text`.
  throw refuseField("string_type", "messages", "Input should be a valid string");
}

function readCommon(body: JsonObject): Omit<TextAsk, "prompts" | "topLogprobs"> {
  const { n, stream } = body;
  if (typeof stream !== "boolean" && stream !== undefined && stream !== null) {
    throw refuseField("bool_parsing", "stream", "Input should be a valid boolean");
  }
  return {
    model: modelOf(body),
    choices: typeof n === "number" ? n : 1,
    isStream: stream === true,
    includeUsage: asksForUsage(body),
  };
}

function modelOf({ model }: JsonObject): string {
  return typeof model === "string" ? model : "";
}

/** A negative limit is refused: the mend `unlimited-max-tokens`. */
function limitsOf(body: JsonObject, limit: unknown): Pick<Prompt, "maxTokens" | "stops"> {
  if (typeof limit === "number" && limit < 1) {
    throw refuseWith(400, `max_tokens must be at least 1, got ${limit}.`);
  }
  return {
    maxTokens: typeof limit === "number" ? limit : Infinity,
    stops: toStopList(body["stop"]).filter((stop) => stop !== ""),
  };
}

function textsOf(input: unknown): readonly string[] {
  const isList = Array.isArray(input) && !input.every((item) => typeof item === "number");
  return (isList ? input : [input]).map(String);
}

function nameIn(choice: unknown): unknown {
  const definition = isJsonObject(choice) ? choice["function"] : undefined;
  return isJsonObject(definition) ? definition["name"] : undefined;
}
