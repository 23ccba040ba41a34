/** Reads a request of the Responses endpoint. Knows nothing of answers; nothing is stored between requests. */
import { z } from "zod";
import { isJsonObject } from "../protocol/openai/fields.ts";
import type { Prompt, Turn } from "./prompt.ts";
import { checkBody } from "./read-body.ts";
import type { RequestRules } from "./request-rules.ts";

const inputError = "'input' field must be a string or an array of items";

const responsesBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  input: z.union([z.string(), z.array(z.looseObject({}))], { error: inputError }),
  instructions: z.string({ error: "'instructions' field must be a string" }).nullish(),
  stream: z.boolean({ error: "'stream' field must be a boolean" }).nullish(),
  max_output_tokens: z.number({ error: "'max_output_tokens' field must be a number" }).nullish(),
});

/** The request as it came, its fields checked. */
export type ResponsesBody = z.output<typeof responsesBody>;

type Item = Readonly<Record<string, unknown>>;

/** The request, read by a server's rules; `previous_response_id` is passed over. */
export function readResponses(given: unknown, rules: RequestRules): { body: ResponsesBody; prompt: Prompt } {
  const body = checkBody(given, responsesBody, ({ message, path }) =>
    rules.refuse(message.startsWith("'") ? message : `'${path.join(".")}': ${message}`),
  );
  const { input } = body;
  const turns = typeof input === "string" ? [userTurn(input)] : input.flatMap((item) => toTurns(item, rules));
  const limit = body.max_output_tokens ?? -1;
  const prompt = {
    turns,
    ...rules.chooseTools(body["tool_choice"], rules.readFlatTools(body["tools"])),
    schema: toSchema(body["text"], rules),
    maxTokens: limit < 0 ? Infinity : limit,
    stops: [],
  };
  return { body, prompt };
}

function userTurn(text: string): Turn {
  return { role: "user", text, imageCount: 0 };
}

function toTurns(item: Item, rules: RequestRules): Turn[] {
  switch (item["type"] ?? "message") {
    case "message":
      return [toMessageTurn(item, rules)];
    case "function_call":
      return [{ role: "assistant", text: String(item["arguments"]), imageCount: 0 }];
    case "function_call_output": {
      const { output } = item;
      return [
        { role: "tool", text: typeof output === "string" ? output : JSON.stringify(output), imageCount: 0 },
      ];
    }
    default:
      // Reasoning and whatever else an agent sends back with the history.
      return [];
  }
}

function toMessageTurn(item: Item, rules: RequestRules): Turn {
  const role = item["role"] === "developer" ? "system" : item["role"];
  if (role !== "user" && role !== "assistant" && role !== "system") {
    throw rules.refuse(
      `'role' field of a message must be 'user', 'assistant' or 'system'. Got: '${String(role)}'`,
    );
  }
  const { content } = item;
  if (typeof content === "string") return { role, text: content, imageCount: 0 };
  const parts = Array.isArray(content) ? content.filter(isJsonObject) : [];
  const images = parts.filter((part) => part["type"] === "input_image");
  for (const image of images) rules.requireImage(image["image_url"]);
  const texts = parts.map((part) => (typeof part["text"] === "string" ? part["text"] : ""));
  return { role, text: texts.join(""), imageCount: images.length };
}

function toSchema(text: unknown, rules: RequestRules): unknown {
  const format = isJsonObject(text) ? text["format"] : undefined;
  if (!isJsonObject(format) || format["type"] === "text") return undefined;
  if (format["type"] === "json_schema" && isJsonObject(format["schema"])) return format["schema"];
  throw rules.refuse("'text.format.type' must be 'json_schema' or 'text'");
}
