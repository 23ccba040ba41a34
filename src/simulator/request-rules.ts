/** What servers differ in when they read a request, whatever the endpoint. Knows none of them. */
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";
import type { Prompt, Tool, ToolChoice, Turn } from "./prompt.ts";
import type { Refusal } from "./refusal.ts";

/** One server's way of reading what several endpoints have in common. */
export interface RequestRules {
  /** The refusal of a field, named in the message. */
  refuse(message: string): Refusal;
  /** Throws for the address of an image that the server does not take. */
  requireImage(url: unknown): void;
  /** Tools whose name stands beside the type. */
  readFlatTools(tools: unknown): readonly Tool[];
  chooseTools(choice: unknown, tools: readonly Tool[]): Pick<Prompt, "tools" | "toolChoice">;
}

const anyParameters = { type: "object", properties: {} };

/** Tools as a server takes them that looks no closer than it has to. */
export function readLenientTools(tools: unknown): readonly Tool[] {
  const list = Array.isArray(tools) ? tools.filter(isJsonObject) : [];
  return list.flatMap((tool) => {
    const definition = isJsonObject(tool["function"]) ? tool["function"] : tool;
    const { name, description, parameters } = definition;
    if (typeof name !== "string") return [];
    return {
      name,
      description: typeof description === "string" ? description : "",
      parameters: isJsonObject(parameters) ? parameters : anyParameters,
    };
  });
}

/** A choice in words; undefined for whatever is none. */
export function toChoiceWord(value: unknown): ToolChoice | undefined {
  return value === "none" || value === "auto" || value === "required" ? value : undefined;
}

/** One message as a turn. Unknown roles are the user's. */
export function toTurn(message: JsonObject, requireImage: (url: unknown) => void): Turn {
  const { role, content } = message;
  const known = role === "developer" ? "system" : role === "function" ? "tool" : role;
  const turnRole = known === "system" || known === "assistant" || known === "tool" ? known : "user";
  if (!Array.isArray(content)) {
    return { role: turnRole, text: typeof content === "string" ? content : "", imageCount: 0 };
  }
  const parts = content.filter(isJsonObject);
  const images = parts.filter((part) => part["type"] === "image_url");
  for (const { image_url: image } of images) requireImage(isJsonObject(image) ? image["url"] : image);
  const text = parts.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
  return { role: turnRole, text, imageCount: images.length };
}

/** The schema that an answer must fit, where `json_object` is known. */
export function toFormatSchema(format: unknown): unknown {
  if (!isJsonObject(format)) return undefined;
  if (format["type"] === "json_object") return { type: "object" };
  const { json_schema: named } = format;
  if (format["type"] !== "json_schema" || !isJsonObject(named)) return undefined;
  return isJsonObject(named["schema"]) ? named["schema"] : { type: "object" };
}

/** One stop or several, as they are. */
export function toStopList(value: unknown): readonly string[] {
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  return stops.filter((stop) => typeof stop === "string");
}

/** Whether a stream shall end with its usage. */
export function asksForUsage(body: JsonObject): boolean {
  const { stream_options: options } = body;
  return isJsonObject(options) && options["include_usage"] === true;
}
