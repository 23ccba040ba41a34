/** Exchanges made of what OpenAI's own service would send, for the tests of the checks. Knows no check. */
import type { JsonObject } from "../../src/protocol/openai/fields.ts";
import type { Recorded } from "../clients/places.ts";
import { chatAnswer, chatChunk, responseEvents, role } from "./openai-objects.ts";

const json = "application/json";
const events = "text/event-stream; charset=utf-8";

/** A POST with its JSON answer. */
export function answered(path: string, request: JsonObject, answer: unknown, status = 200): Recorded {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return { method: "POST", path, request: JSON.stringify(request), status, contentType: json, answer: text };
}

/** A POST with its stream. */
export function streamed(path: string, request: JsonObject, answer: string): Recorded {
  const body = JSON.stringify({ stream: true, ...request });
  return { method: "POST", path, request: body, status: 200, contentType: events, answer };
}

/** A GET with its JSON answer. */
export function got(path: string, answer: unknown): Recorded {
  return { ...answered(path, {}, answer), method: "GET", request: "" };
}

/** Frames without event lines, each string or object one. */
export function frames(...data: readonly (JsonObject | string)[]): string {
  return data.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join("");
}

/** Frames with event lines, numbered from 0. */
export function namedFrames(...data: readonly JsonObject[]): string {
  return data
    .map((one, place) => ({ sequence_number: place, ...one }))
    .map((one) => `event: ${String((one as JsonObject)["type"])}\ndata: ${JSON.stringify(one)}\n\n`)
    .join("");
}

export const chatPath = "/v1/chat/completions";

/** A chat answer with some of its message, its choice or its body changed. */
export function chat(message: JsonObject = {}, choice: JsonObject = {}, body: JsonObject = {}): Recorded {
  return answered(chatPath, {}, chatAnswer(message, choice, body));
}

/** A chat stream of these chunks. */
export function chatStream(...data: readonly (JsonObject | string)[]): Recorded {
  return streamed(chatPath, {}, frames(...data));
}

/** A chat stream whose usage was asked for. */
export function withUsage(...data: readonly (JsonObject | string)[]): Recorded {
  return streamed(chatPath, { stream_options: { include_usage: true } }, frames(...data));
}

/** A chat stream that calls tools by these pieces. */
export function toolStream(...calls: readonly JsonObject[]): Recorded {
  const pieces = calls.map((piece) => chatChunk({ tool_calls: [piece] }));
  return chatStream(role, ...pieces, chatChunk({}, { finish_reason: "tool_calls" }), "[DONE]");
}

/** A Responses stream of these events. */
export function responses(...events: readonly JsonObject[]): Recorded {
  return streamed("/v1/responses", {}, namedFrames(...events));
}

/** A Responses stream with one text, one of its events changed. */
export function changed(place: number, change: JsonObject): Recorded {
  return responses(...responseEvents.map((event, at) => (at === place ? { ...event, ...change } : event)));
}
