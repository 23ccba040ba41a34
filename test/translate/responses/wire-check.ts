/** The fields that OpenAI's published schemas require of a Response, its items, its parts and its events. */
import { expect } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../../src/protocol/openai/parts.ts";

const responseFields =
  "id object created_at error incomplete_details instructions model tools output parallel_tool_calls metadata tool_choice temperature top_p";

const usageFields = "input_tokens input_tokens_details output_tokens output_tokens_details total_tokens";

const requiredByType: Readonly<Record<string, string>> = {
  // items
  message: "id role content status",
  function_call: "id call_id name arguments status",
  reasoning: "id summary",
  // parts
  output_text: "text annotations logprobs",
  refusal: "refusal",
  reasoning_text: "text",
  // events
  "response.created": "response",
  "response.in_progress": "response",
  "response.completed": "response",
  "response.incomplete": "response",
  "response.failed": "response",
  "response.output_item.added": "output_index item",
  "response.output_item.done": "output_index item",
  "response.content_part.added": "item_id output_index content_index part",
  "response.content_part.done": "item_id output_index content_index part",
  "response.output_text.delta": "item_id output_index content_index delta logprobs",
  "response.output_text.done": "item_id output_index content_index text logprobs",
  "response.refusal.delta": "item_id output_index content_index delta",
  "response.refusal.done": "item_id output_index content_index refusal",
  "response.reasoning_text.delta": "item_id output_index content_index delta",
  "response.reasoning_text.done": "item_id output_index content_index text",
  "response.function_call_arguments.delta": "item_id output_index delta",
  "response.function_call_arguments.done": "item_id output_index name arguments",
};

function missingFrom(object: JsonObject, fields: string): readonly string[] {
  return fields.split(" ").filter((field) => object[field] === undefined);
}

function expectTyped(object: JsonObject): void {
  const type = String(object["type"]);
  const required = requiredByType[type];
  if (required === undefined) throw new Error(`OpenAI has no type ${type}.`);
  expect({ type, missing: missingFrom(object, required) }).toEqual({ type, missing: [] });
}

/** Checks an item and its parts. */
function expectItem(item: JsonObject): void {
  expectTyped(item);
  for (const part of objectsIn(item["content"])) expectTyped(part);
}

/** Checks a whole Response object. */
export function expectResponse(response: unknown): void {
  if (!isJsonObject(response)) throw new Error("A response is an object.");
  expect(missingFrom(response, responseFields)).toEqual([]);
  expect(response["object"]).toBe("response");
  if (isJsonObject(response["usage"])) expect(missingFrom(response["usage"], usageFields)).toEqual([]);
  for (const tool of objectsIn(response["tools"])) {
    expect(missingFrom(tool, "type name strict parameters")).toEqual([]);
  }
  for (const item of objectsIn(response["output"])) expectItem(item);
}

/** Checks each event by itself, and that they count from 0 and nothing is told before what it belongs to. */
export function expectEvents(events: readonly JsonObject[]): void {
  const items = new Map<unknown, { id: unknown; parts: number; isDone: boolean }>();
  for (const [index, event] of events.entries()) {
    expectTyped(event);
    expect(event["sequence_number"]).toBe(index);
    if ("response" in event) expectResponse(event["response"]);
    const { type, item, output_index: outputIndex } = event;
    if (isJsonObject(item)) expectItem(item);
    if (type === "response.output_item.added" && isJsonObject(item)) {
      expect(outputIndex).toBe(items.size);
      items.set(outputIndex, { id: item["id"], parts: 0, isDone: false });
      continue;
    }
    if (outputIndex === undefined) continue;
    const known = items.get(outputIndex);
    if (known === undefined) throw new Error(`${String(type)} came before its item.`);
    if (known.isDone) throw new Error(`${String(type)} came after its item was done.`);
    if (isJsonObject(item)) expect(item["id"]).toBe(known.id);
    else expect(event["item_id"]).toBe(known.id);
    if (type === "response.content_part.added") known.parts += 1;
    if (type === "response.output_item.done") known.isDone = true;
    if ("content_index" in event) expect(event["content_index"]).toBe(known.parts - 1);
  }
}
