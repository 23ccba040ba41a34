/** Reads a chat completion request as LM Studio does. Knows nothing of answers. */
import { z } from "zod";
import { isJsonObject } from "../../../protocol/openai/fields.ts";
import type { Turn } from "../../prompt.ts";
import { asksForUsage } from "../../request-rules.ts";
import type { TextAsk } from "../server-manners.ts";
import { badField } from "./refusals.ts";
import {
  readFields,
  requireEmbeddedImage,
  toMaxTokens,
  toStops,
  toToolChoice,
  tripOverNulls,
} from "./request-fields.ts";
import { parseNestedTools } from "./tool-schema.ts";

// `developer` has been taken for `system` since 0.4.8 (BT#1730); `function` was never known (BT#669).
const roles = ["system", "developer", "user", "assistant", "tool"] as const;

const part = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.unknown().optional(),
});

const message = z.looseObject({
  role: z.enum(roles, {
    error: (issue) =>
      `'role' field of a message must be 'user', 'assistant', 'system' or 'tool'. Got: '${String(issue.input)}'`,
  }),
  content: z
    .union([z.string(), z.array(part)], { error: "'content' field must be a string or an array of objects" })
    .nullish(),
});

// `max_completion_tokens` is not among the documented fields, so it does nothing: the mend `max-completion-tokens`.
// Roles in any order and images for any model are taken: `image-on-text-model`.
// Nor are `n` (`several-choices`) and `functions` (`legacy-functions`).
const chatBody = z.looseObject({
  model: z.string({ error: "'model' field must be a string" }).nullish(),
  messages: z.array(message, {
    error: (issue) =>
      issue.input === undefined ? "'messages' field is required" : "'messages' field must be an array",
  }),
  stream: z.boolean({ error: "'stream' field must be a boolean" }).nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number({ error: "'max_tokens' field must be a number" }).nullish(),
  stop: z
    .union([z.string(), z.array(z.string())], {
      error: "'stop' field must be a string or an array of strings",
    })
    .nullish(),
});

/** The request, read; what cannot be a prompt is refused. */
export function readChat(given: unknown): TextAsk {
  tripOverNulls(given, ["tools", "response_format"]);
  const body = readFields(given, chatBody);
  const prompt = {
    turns: body.messages.map(toTurn),
    tools: parseNestedTools(body["tools"]),
    toolChoice: toToolChoice(body["tool_choice"]),
    schema: toSchema(body["response_format"]),
    maxTokens: toMaxTokens(body.max_tokens),
    stops: toStops(body.stop),
  };
  return {
    model: body.model ?? "",
    prompts: [prompt],
    choices: 1,
    isStream: body.stream === true,
    includeUsage: asksForUsage(body),
    topLogprobs: undefined,
  };
}

function toTurn({ role, content }: z.output<typeof message>): Turn {
  const known = role === "developer" ? "system" : role;
  if (!Array.isArray(content)) return { role: known, text: content ?? "", imageCount: 0 };
  // The mend `tool-result-text` answers it (BT#1077).
  if (role === "tool") throw badField("'content' field of a 'tool' message must be a string");
  // The mend `text-parts` answers it (BT#261).
  if (content.length === 0) throw badField("'content' field must not be an empty array");
  const images = content.filter((item) => item.type === "image_url");
  for (const { image_url } of images) {
    requireEmbeddedImage(isJsonObject(image_url) ? image_url["url"] : image_url);
  }
  return { role: known, text: content.map((item) => item.text ?? "").join(""), imageCount: images.length };
}

/** `json_object` is refused, unlike at OpenAI (BT#189): the mend `json-object-format` answers it. */
function toSchema(format: unknown): unknown {
  if (!isJsonObject(format) || format["type"] === "text") return undefined;
  const { json_schema: named } = format;
  if (format["type"] !== "json_schema") {
    throw badField("'response_format.type' must be 'json_schema' or 'text'");
  }
  if (isJsonObject(named) && isJsonObject(named["schema"])) return named["schema"];
  throw badField("'response_format.json_schema.schema' must be an object");
}
