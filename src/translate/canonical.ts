/** A request body to the fields that the proxy relies on, or a 400 that names the field. Pure; keeps unknown fields. */
import type { z } from "zod";
import { badRequest, type ProxyError } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../protocol/openai/fields.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Parses once and checks against `schema`; a `deployment` from the path stands for the body's model. */
export function parseRequest<T>(bytes: Uint8Array, schema: z.ZodType<T>, deployment?: string): T {
  return parseRequestText(decodeRequest(bytes), schema, deployment);
}

/** The same of what `decodeRequest` made of the bytes. */
export function parseRequestText<T>(text: string, schema: z.ZodType<T>, deployment?: string): T {
  const sent = parseJson(text);
  const body = deployment === undefined ? sent : { ...sent, model: deployment };
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw explainIssue(result.error.issues[0], body);
}

/** The body as text; 400 where there is none, or it is no UTF-8. */
export function decodeRequest(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) {
    throw badRequest("The request has no body: send a JSON object, with content-type: application/json.");
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw notJson(" (it is not UTF-8)");
  }
}

function parseJson(text: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw notJson(cause instanceof Error ? positionIn(cause.message) : "");
  }
  if (!isJsonObject(parsed))
    throw badRequest('The request\'s body must be a JSON object, such as {"model": …}.');
  return parsed;
}

function notJson(where: string): ProxyError {
  return badRequest(`The request's body is not valid JSON${where}. Check its quotes, commas and brackets.`);
}

/** Engines word JSON errors differently, and quote the body; only the position is passed on. */
function positionIn(message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? "" : ` (near byte ${position})`;
}

function explainIssue(issue: z.core.$ZodIssue | undefined, body: JsonObject): ProxyError {
  if (issue === undefined) return badRequest("The request's body does not fit this endpoint.");
  const param = formatPath(issue.path);
  if (isMissing(body, issue.path)) {
    return badRequest(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");
  }
  const isType = issue.code === "invalid_type" || issue.code === "invalid_union";
  return badRequest(
    `Invalid ${isType ? "type" : "value"} for '${param}': ${wordsOf(issue)}.`,
    param,
    isType ? "invalid_type" : "invalid_value",
  );
}

/** zod tells of a missing field in other words for each type; the body itself tells it plainly. */
function isMissing(body: JsonObject, path: readonly PropertyKey[]): boolean {
  let value: unknown = body;
  for (const key of path)
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return value === undefined;
}

/** `messages[0].role`, as OpenAI writes it. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

/** zod's words for what was expected and found, without its own lead-in. */
function wordsOf(issue: z.core.$ZodIssue): string {
  const words = issue.message
    .replace(/^Invalid (input|option): ?/, "")
    .replace(/^Invalid input$/, "none of the types it may have");
  return words.charAt(0).toLowerCase() + words.slice(1);
}
