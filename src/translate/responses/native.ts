/** Whether a backend's own /v1/responses does what a request asks for. Pure; knows no state. */
import type { BackendPlan } from "../../config/plan.ts";
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { objectsIn } from "../../protocol/openai/parts.ts";

/** Whether the backend answers for all its responses by itself, earlier ones included. */
export function ownsResponses(backend: BackendPlan): boolean {
  return backend.responses === "native" || (backend.responses === "auto" && backend.type === "openai");
}

/**
 * LM Studio ignores a format that is asked for (BT#1396, BT#2403), knows no named tool and no reference to an item, and
 * what it keeps is in that one box. The other local servers keep nothing and leave out what OpenAI's events hold.
 */
export function servesNatively(backend: BackendPlan, asked: JsonObject, backendCount: number): boolean {
  if (ownsResponses(backend)) return true;
  if (backend.responses !== "auto" || backend.type !== "lmstudio" || backendCount > 1) return false;
  const tools = objectsIn(asked["tools"]);
  // Its own tools, such as MCP servers, are more than chat completions could do.
  if (tools.some(({ type }) => type !== "function")) return true;
  return tools.length === 0 && !asksForFormat(asked) && !asksForSummary(asked) && !goesOn(asked);
}

function asksForFormat({ text }: JsonObject): boolean {
  const format = isJsonObject(text) ? text["format"] : undefined;
  return isJsonObject(format) && format["type"] !== "text";
}

/** LM Studio tells thoughts as they are. */
function asksForSummary({ reasoning }: JsonObject): boolean {
  return isJsonObject(reasoning) && typeof reasoning["summary"] === "string";
}

function goesOn(asked: JsonObject): boolean {
  return (asked["previous_response_id"] ?? null) !== null;
}
