/** The content of Responses items in the words of chat messages. Knows no items and no roles. */
import { badRequest } from "../../errors.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { requireString, unsupported } from "./require-field.ts";

/** What a chat message's `content` may hold here. */
export type ChatContent = string | readonly JsonObject[];

const textTypes: ReadonlySet<unknown> = new Set(["input_text", "output_text", "text", "summary_text"]);

/** A string or content parts: one string where all parts are text, else chat content parts. */
export function toChatContent(content: unknown, path: string, separator = "\n"): ChatContent {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) {
    throw badRequest(
      `Invalid value for '${path}': expected a string or an array of content parts.`,
      path,
      content === undefined ? "missing_required_parameter" : "invalid_type",
    );
  }
  const parts = content.map((part: unknown, index) => toChatPart(part, `${path}[${index}]`));
  const texts = parts.map((part) => (part["type"] === "text" ? part["text"] : undefined));
  return texts.every((text) => typeof text === "string") ? texts.join(separator) : parts;
}

function toChatPart(part: unknown, path: string): JsonObject {
  if (!isJsonObject(part)) {
    throw badRequest(`Invalid value for '${path}': expected a content part.`, path, "invalid_type");
  }
  if (textTypes.has(part["type"])) return { type: "text", text: requireString(part, "text", path) };
  switch (part["type"]) {
    // Backends have no field for it, and the model has to read that it refused.
    case "refusal":
      return { type: "text", text: requireString(part, "refusal", path) };
    case "input_image":
      return toImagePart(part, path);
    case "input_file":
      return toFilePart(part, path);
    default:
      return part;
  }
}

function toImagePart(part: JsonObject, path: string): JsonObject {
  const url = part["image_url"];
  if (typeof url !== "string") {
    throw unsupported("An image by file_id", path, "Send the image itself in image_url, as a data: URL.");
  }
  const detail = typeof part["detail"] === "string" ? { detail: part["detail"] } : {};
  return { type: "image_url", image_url: { url, ...detail } };
}

function toFilePart(part: JsonObject, path: string): JsonObject {
  const data = part["file_data"];
  if (typeof data !== "string") {
    throw unsupported("A file by file_id or file_url", path, "Send the file itself in file_data.");
  }
  const filename = typeof part["filename"] === "string" ? { filename: part["filename"] } : {};
  return { type: "file", file: { ...filename, file_data: data } };
}
