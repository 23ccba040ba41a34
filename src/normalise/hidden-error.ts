/** Knows an error in a body that came with a good status, as LM Studio's do. */
import type { JsonObject } from "../protocol/openai/fields.ts";
import { scanObject } from "../protocol/openai/scan.ts";

/** What an answer has beside its error, or instead of it. */
const answerKeys = ["choices", "data", "object", "output"];
const keys = ["error", ...answerKeys];

/** Whether a parsed body tells of an error and of nothing else. */
export function isErrorBody(body: JsonObject): boolean {
  // What older versions of vLLM call an answer that is an error.
  if (body["object"] === "error") return true;
  const hasError = "error" in body && body["error"] !== null;
  return hasError && answerKeys.every((key) => !(key in body));
}

/** The same of one that is not parsed. */
export function isHiddenError(json: Uint8Array): boolean {
  const fields = scanObject(json, 0, json.byteLength, keys);
  if (fields === undefined) return false;
  const isFlatError = fields.some(
    ({ key, valueStart }) => key === "object" && startsWith(json, valueStart, errorString),
  );
  if (isFlatError) return true;
  const hasError = fields.some(({ key, valueStart }) => key === "error" && json[valueStart] !== 0x6e);
  return hasError && fields.every(({ key }) => key === "error");
}

const errorString = new TextEncoder().encode('"error"');

function startsWith(bytes: Uint8Array, start: number, expected: Uint8Array): boolean {
  return expected.every((byte, index) => bytes[start + index] === byte);
}
