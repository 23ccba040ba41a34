/** Reads requests as Ollama's OpenAI endpoints do. Knows nothing of answers. */
import { isJsonObject, type JsonObject } from "../../../protocol/openai/fields.ts";
import { barePrompt, type Prompt } from "../../prompt.ts";
import {
  asksForUsage,
  readLenientTools,
  type RequestRules,
  toFormatSchema,
  toStopList,
  toTurn,
} from "../../request-rules.ts";
import type { EmbeddingsAsk, TextAsk } from "../server-manners.ts";
import { refuseWith, wrongType } from "./refusals.ts";

/** What several of Ollama's endpoints read alike. */
export const rules: RequestRules = {
  refuse: (message) => refuseWith(400, message),
  // Web addresses are not fetched (its documents), and GIF is not read: the mends `image-url`, `image-format-ollama`.
  requireImage(url) {
    if (typeof url === "string" && /^data:(?!image\/gif)/.test(url)) return;
    throw refuseWith(400, "invalid image input");
  },
  readFlatTools: readLenientTools,
  // `tool_choice` is not known, whatever it says (its documents): the mend `named-tool-choice` leaves one tool at least,
  // and `tool-choice-ignored` says the rest in words.
  chooseTools: (_choice, tools) => ({ tools, toolChoice: "auto" }),
};

/** `functions` are in no struct of its: the mend `legacy-functions`. */
export function readChat(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { messages } = body;
  if (messages !== undefined && !Array.isArray(messages)) {
    throw wrongType(messages, "ChatCompletionRequest.messages", "[]openai.Message");
  }
  const list = (messages ?? []).filter(isJsonObject);
  if (list.length === 0) throw refuseWith(400, "[] is too short - 'messages'");
  for (const message of list) requireContent(message);
  const prompt: Prompt = {
    turns: list.map((message) => toTurn(message, rules.requireImage)),
    ...rules.chooseTools(body["tool_choice"], readLenientTools(body["tools"])),
    schema: toFormatSchema(body["response_format"]),
    ...limitsOf(body),
  };
  return { ...readCommon(body), prompts: [prompt] };
}

/** A completion is asked for with one text. */
export function readCompletion(given: unknown): TextAsk {
  const body = isJsonObject(given) ? given : {};
  const { prompt = "" } = body;
  // Neither a list nor token ids (its documents): the mends `several-prompts` and `prompt-tokens`.
  if (typeof prompt !== "string") throw wrongType(prompt, "CompletionRequest.prompt", "string");
  const turns = [{ role: "user", text: prompt, imageCount: 0 }] as const;
  return { ...readCommon(body), prompts: [{ ...barePrompt, turns, ...limitsOf(body) }] };
}

/** Texts, and how their vectors shall look. */
export function readEmbeddings(given: unknown): EmbeddingsAsk {
  const body = isJsonObject(given) ? given : {};
  const { input, dimensions } = body;
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (inputs.length === 0 || input === "") throw refuseWith(400, "invalid input");
  const texts = inputs.filter((text) => typeof text === "string");
  // Token ids are refused (its documents): the mend `embedding-tokens`.
  if (texts.length < inputs.length) throw refuseWith(400, "invalid input type");
  return {
    model: modelOf(body),
    inputs: texts,
    isBase64: body["encoding_format"] === "base64",
    dimensions: typeof dimensions === "number" ? dimensions : undefined,
  };
}

/** Null, and nothing at all, pass only beside tool calls: the mend `null-content`. */
function requireContent({ content, tool_calls: calls }: JsonObject): void {
  if (typeof content === "string" || Array.isArray(content)) return;
  const isNothing = content === undefined || content === null;
  if (isNothing && Array.isArray(calls) && calls.length > 0) return;
  // An object, as some give a tool's result: the mend `tool-result-text`.
  const type = isNothing ? "<nil>" : "map[string]interface {}";
  throw refuseWith(400, `invalid message content type: ${type}`);
}

/** No `n` (the mend `several-choices`) and no log probabilities. */
function readCommon(body: JsonObject): Omit<TextAsk, "prompts"> {
  const { stream } = body;
  if (stream !== undefined && stream !== null && typeof stream !== "boolean") {
    throw wrongType(stream, "ChatCompletionRequest.stream", "bool");
  }
  return {
    model: modelOf(body),
    choices: 1,
    isStream: stream === true,
    includeUsage: asksForUsage(body),
    topLogprobs: undefined,
  };
}

function modelOf({ model }: JsonObject): string {
  if (typeof model !== "string" || model === "") throw refuseWith(400, "model is required");
  return model;
}

/** `max_completion_tokens` is not in its struct (the mend `max-completion-tokens`); an empty stop stops at once (`empty-stop`). */
function limitsOf(body: JsonObject): Pick<Prompt, "maxTokens" | "stops"> {
  const { max_tokens: limit } = body;
  return {
    maxTokens: typeof limit !== "number" || limit < 0 ? Infinity : limit,
    stops: toStopList(body["stop"]),
  };
}
