/** Fields that several of LM Studio's endpoints read alike. Knows no endpoint. */
import type { z } from "zod";
import { isJsonObject } from "../../../protocol/openai/fields.ts";
import type { ToolChoice } from "../../prompt.ts";
import { checkBody } from "../../read-body.ts";
import { Refusal } from "../../refusal.ts";
import type { RequestRules } from "../../request-rules.ts";
import { badField } from "./refusals.ts";
import { parseFlatTools } from "./tool-schema.ts";

/** Parses the body by a schema whose own messages begin with the field in quotes. */
export function readFields<Schema extends z.ZodType>(body: unknown, schema: Schema): z.output<Schema> {
  return checkBody(body, schema, ({ message, path }) =>
    badField(message.startsWith("'") ? message : `'${path.join(".")}': ${message}`),
  );
}

/** Null, absent and -1 all mean no limit; -1 is in LM Studio's own examples. */
export function toMaxTokens(value: number | null | undefined): number {
  return value === null || value === undefined || value < 0 ? Infinity : value;
}

/** One stop or several; an empty one would stop at once and is passed over. */
export function toStops(value: string | readonly string[] | null | undefined): readonly string[] {
  const stops = typeof value === "string" ? [value] : (value ?? []);
  return stops.filter((stop) => stop !== "");
}

/** Only strings are accepted (LM Studio's tools guide): the mend `named-tool-choice` answers it (BT#670). */
export function toToolChoice(value: unknown): ToolChoice {
  if (value === undefined || value === null) return "auto";
  if (value === "none" || value === "auto" || value === "required") return value;
  const found = typeof value === "string" ? `value: '${value}'` : `type: '${typeof value}'`;
  throw badField(`Invalid tool_choice ${found}. Supported string values: none, auto, required`);
}

/** Web addresses are not fetched, and WebP is not decoded (BT#1120, #1752): the mends `image-url` and `image-format`. */
export function requireEmbeddedImage(url: unknown): void {
  const isEmbedded =
    typeof url === "string" &&
    /^data:image\/[\w.+-]+;base64,/.test(url) &&
    !url.startsWith("data:image/webp");
  if (!isEmbedded) throw badField("'url' field must be a base64 encoded image.");
}

/** A slip of the server's own, where a null stands: the mend `null-fields` answers it (optillm#272, GhidrAssist#18). */
export function tripOverNulls(body: unknown, fields: readonly string[]): void {
  const isTripped = isJsonObject(body) && fields.some((field) => body[field] === null);
  if (isTripped) throw new Refusal(400, "Cannot read properties of null (reading 'type')");
}

/** The same for the endpoints that several servers share. */
export const rules: RequestRules = {
  refuse: badField,
  requireImage: requireEmbeddedImage,
  readFlatTools: parseFlatTools,
  chooseTools: (choice, tools) => ({ tools, toolChoice: toToolChoice(choice) }),
};
