/** Reads a request in Anthropic's form. Knows nothing of answers. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import type { Prompt, ToolChoice, Turn } from "./prompt.ts";
import { readLenientTools, type RequestRules, toStopList } from "./request-rules.ts";

/** A request in Anthropic's form, read. */
export interface MessagesAsk {
  readonly model: string;
  readonly prompt: Prompt;
  readonly isStream: boolean;
}

const choiceWords: Readonly<Record<string, ToolChoice>> = { none: "none", any: "required", tool: "required" };

/** The request, read by a server's rules. */
export function readMessages(given: unknown, rules: RequestRules): MessagesAsk {
  const body = isJsonObject(given) ? given : {};
  const { model, messages, tool_choice: choice, max_tokens: limit } = body;
  if (!Array.isArray(messages)) throw rules.refuse("'messages' is required");
  const tools = Array.isArray(body["tools"]) ? body["tools"].filter(isJsonObject) : [];
  const known = readLenientTools(tools.map((tool) => ({ ...tool, parameters: tool["input_schema"] })));
  const named = isJsonObject(choice) && choice["type"] === "tool" ? choice["name"] : undefined;
  const word = isJsonObject(choice) ? choiceWords[String(choice["type"])] : undefined;
  return {
    model: typeof model === "string" ? model : "",
    isStream: body["stream"] === true,
    prompt: {
      turns: [
        ...systemTurns(body["system"]),
        ...messages.filter(isJsonObject).flatMap((message) => toTurns(message, rules)),
      ],
      tools: named === undefined ? known : known.filter(({ name }) => name === named),
      toolChoice: word ?? "auto",
      schema: undefined,
      maxTokens: typeof limit === "number" ? limit : Infinity,
      stops: toStopList(body["stop_sequences"]),
    },
  };
}

function systemTurns(system: unknown): readonly Turn[] {
  const text = textOf(system);
  return text === "" ? [] : [{ role: "system", text, imageCount: 0 }];
}

function toTurns(message: JsonObject, rules: RequestRules): readonly Turn[] {
  const { role, content } = message;
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  const results = blocks.filter((block) => block["type"] === "tool_result");
  const images = blocks.filter((block) => block["type"] === "image");
  for (const { source } of images) rules.requireImage(addressOf(source));
  const text = textOf(content);
  const spoken: Turn = { role: role === "assistant" ? "assistant" : "user", text, imageCount: images.length };
  return [
    ...results.map((result): Turn => ({ role: "tool", text: textOf(result["content"]), imageCount: 0 })),
    // A message of results alone says nothing more.
    ...(results.length > 0 && text === "" ? [] : [spoken]),
  ];
}

function addressOf(source: unknown): unknown {
  if (!isJsonObject(source)) return undefined;
  const { type, media_type: mediaType, data, url } = source;
  return type === "base64" ? `data:${String(mediaType)};base64,${String(data)}` : url;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const blocks = Array.isArray(content) ? content.filter(isJsonObject) : [];
  return blocks.map((block) => (typeof block["text"] === "string" ? block["text"] : "")).join("");
}
