/** Whether a backend's own /v1/responses does what a request asks for. Pure; knows no state. */
import type { BackendPlan } from "../../config/plan.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";

/**
 * LM Studio keeps responses, but in that one box, and ignores a format that is asked for (BT#1396, BT#2403). The other
 * local servers keep none, so that `previous_response_id` would fail, and leave out what OpenAI's events hold.
 */
export function servesNatively(backend: BackendPlan, asked: JsonObject, backendCount: number): boolean {
  if (backend.responses !== "auto") return backend.responses === "native";
  if (backend.type === "openai") return true;
  return backend.type === "lmstudio" && backendCount === 1 && !asksForFormat(asked);
}

function asksForFormat({ text }: JsonObject): boolean {
  const format = isJsonObject(text) ? text["format"] : undefined;
  return isJsonObject(format) && format["type"] !== "text";
}
