/** Reads requests as llama-server does, which takes nearly everything. Knows nothing of answers. */
import { isJsonObject, type JsonObject } from "../../../protocol/openai/fields.ts";
import { barePrompt, type Prompt, type Tool } from "../../prompt.ts";
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
import { refuseWith } from "./refusals.ts";

/** Slots, and so the choices that one request may ask for (recorded: chat-n9-over-slots): the mend `several-choices`. */
const slots = 4;
/** Alternatives where log probabilities are asked for and no number is given (recorded: chat-logprobs-no-top). */
const defaultAlternatives = 20;

/** What several of llama-server's endpoints read alike. */
export const rules: RequestRules = {
  refuse: (message) => refuseWith(400, message),
  // Web addresses are fetched (its documents); WebP is no format of stb_image: the mend `image-format`.
  requireImage(url) {
    if (typeof url === "string" && !url.startsWith("data:image/webp")) return;
    throw refuseWith(400, "Failed to load image or audio file");
  },
  readFlatTools: readLenientTools,
  // An object is taken for `auto` without a word (recorded: tools-named-choice): the mend `named-tool-choice`.
  chooseTools(choice, tools) {
    if (typeof choice === "string" && toChoiceWord(choice) === undefined) {
      throw refuseWith(400, `Invalid tool_choice: ${choice}`);
    }
    return { tools, toolChoice: toChoiceWord(choice) ?? "auto" };
  },
};

/**
 * `functions` are passed over (recorded: chat-legacy-functions): the mend `legacy-functions`. Content that is neither
 * text nor a list is read as nothing: the mend `tool-result-text`.
 */
export function readChat(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { messages } = body;
  if (messages === undefined) throw refuseWith(400, "'messages' is required");
  if (!Array.isArray(messages)) throw refuseWith(400, "Expected 'messages' to be an array");
  const schema = readSchema(body["response_format"]);
  const turns = messages.filter(isJsonObject).map((message) => toTurn(message, rules.requireImage));
  const chosen = rules.chooseTools(body["tool_choice"], readTools(body["tools"]));
  // The schema wins over the tools, `required` or not (recorded: schema-and-tools).
  const tools = schema === undefined ? chosen : { ...chosen, tools: [] };
  const ask = readCommon(body, "max_completion_tokens");
  return {
    ...ask,
    prompts: [{ ...barePrompt, turns, ...tools, schema, ...limitsOf(body, "max_completion_tokens") }],
  };
}

/** A list of prompts gives a choice each; token ids are written out. */
export function readCompletion(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { prompt } = body;
  if (prompt === undefined) throw refuseWith(400, "[json.exception.out_of_range.403] key 'prompt' not found");
  const isList = Array.isArray(prompt) && !prompt.every((item) => typeof item === "number");
  const texts = (isList ? prompt : [prompt]).map(String);
  const prompts = texts.map((text): Prompt => ({
    ...barePrompt,
    turns: [{ role: "user", text, imageCount: 0 }],
    ...limitsOf(body, "n_predict"),
  }));
  return { ...readCommon(body, "n_predict"), prompts };
}

/** Texts, or token ids in the vocabulary of its own model: the mend `embedding-tokens`. */
export function readEmbeddings(given: unknown): EmbeddingsAsk {
  const body = isJsonObject(given) ? given : {};
  const input = body["input"] ?? body["content"];
  if (input === undefined) throw refuseWith(400, '"input" or "content" must be provided');
  const isList = Array.isArray(input) && !input.every((item) => typeof item === "number");
  const inputs: readonly unknown[] = isList ? input : [input];
  if (inputs.length === 0 || (Array.isArray(input) && input.length === 0)) {
    throw refuseWith(500, '"prompt" must not be empty', "server_error");
  }
  const format = body["encoding_format"];
  if (format !== undefined && format !== "float" && format !== "base64") {
    throw refuseWith(400, "The format to return the embeddings in. Can be either float or base64");
  }
  // `dimensions` is passed over (recorded: emb-dimensions): the mend `embedding-dimensions`.
  return { model: "", inputs: inputs.map(String), isBase64: format === "base64", dimensions: undefined };
}

function readCommon(body: JsonObject, limitName: string): Omit<TextAsk, "prompts"> {
  for (const name of ["temperature", "top_p", "max_tokens", limitName, "n", "top_logprobs"])
    requireNumber(body, name);
  requireRange(body, "n", 1, slots);
  requireRange(body, "max_tokens", -1, 2_147_483_647);
  const { stream, model } = body;
  if (typeof stream !== "boolean" && stream !== undefined && stream !== null) {
    throw wrongType("stream", "boolean", stream);
  }
  const { n, logprobs, top_logprobs: alternatives } = body;
  if (alternatives !== undefined && alternatives !== null && !logprobs) {
    throw refuseWith(400, "top_logprobs requires logprobs to be set to true");
  }
  const told =
    typeof alternatives === "number" ? alternatives : typeof logprobs === "number" ? logprobs : undefined;
  return {
    model: typeof model === "string" ? model : "",
    choices: typeof n === "number" ? n : 1,
    isStream: stream === true,
    includeUsage: asksForUsage(body),
    topLogprobs: logprobs ? (told ?? defaultAlternatives) : undefined,
  };
}

/** None of 0: at least one token comes (recorded: chat-max-tokens-0). */
function limitsOf(body: JsonObject, otherName: string): Pick<Prompt, "maxTokens" | "stops"> {
  const limit = body["max_tokens"] ?? body[otherName];
  const maxTokens = typeof limit !== "number" || limit < 0 ? Infinity : Math.max(1, limit);
  return { maxTokens, stops: toStopList(body["stop"]).filter((stop) => stop !== "") };
}

function readTools(tools: unknown): readonly Tool[] {
  const list = Array.isArray(tools) ? tools.filter(isJsonObject) : [];
  const malformed = list.find((tool) => !isJsonObject(tool["function"]));
  if (malformed === undefined) return readLenientTools(tools);
  const [one, all] = [JSON.stringify(malformed), JSON.stringify(tools, null, 2)];
  throw refuseWith(
    500,
    `Failed to parse tools: Missing tool function: ${one}; tools = ${all}`,
    "server_error",
  );
}

function readSchema(format: unknown): unknown {
  const type = isJsonObject(format) ? format["type"] : undefined;
  if (type === undefined || type === "text" || type === "json_object" || type === "json_schema") {
    return toFormatSchema(format);
  }
  const message = `response_format type must be one of "text" or "json_object", but got: ${String(type)}`;
  throw refuseWith(400, message);
}

function requireNumber(body: JsonObject, name: string): void {
  const value = body[name];
  if (value === undefined || value === null || typeof value === "number") return;
  throw wrongType(name, "number", value);
}

function wrongType(name: string, wanted: string, found: unknown) {
  const type = Array.isArray(found) ? "array" : typeof found;
  return refuseWith(
    400,
    `Field '${name}': [json.exception.type_error.302] type must be ${wanted}, but is ${type}`,
  );
}

function requireRange(body: JsonObject, name: string, least: number, most: number): void {
  const value = body[name];
  if (typeof value !== "number" || (value >= least && value <= most)) return;
  throw refuseWith(
    400,
    `Field '${name}': Value must be between ${least} <= value <= ${most}, but got ${value}`,
  );
}
