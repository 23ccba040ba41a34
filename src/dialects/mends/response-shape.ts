/** The objects and events of a backend's own /v1/responses, filled up to what OpenAI's schema demands. Knows no chat. */
import { isJsonObject, type JsonObject } from "../../protocol/openai/fields.ts";
import { changeList, changeObject, without } from "../../protocol/openai/parts.ts";
import { formatResponse, notEnded } from "../../protocol/openai/response-object.ts";
import { localKinds } from "../kinds.ts";
import type { Mend, MendFacts, MendStage } from "../mend.ts";

export const responseShape: Mend = {
  id: "response-shape",
  title:
    "Responses that a backend makes itself have all of OpenAI's fields, and its events their numbers and places.",
  source: "BT#1089, openai-dotnet#993; llama-server as recorded (responses, responses-stream)",
  kinds: localKinds,
  endpoints: ["responses"],
  answer: (body, facts) => fillResponse(body, facts, body),
  stream: () => new EventFiller(),
};

const alien = ["timings", "stats", "completed_at"];

/** `first` is the response as it began: what later events leave out was said there. */
function fillResponse(response: JsonObject, facts: MendFacts, first: JsonObject): JsonObject {
  const { id, created_at: createdAt, previous_response_id: previousId } = { ...first, ...response };
  const told = {
    id: typeof id === "string" ? id : "resp_unnamed",
    createdAt: typeof createdAt === "number" ? Math.floor(createdAt) : facts.askedAt,
    model: facts.model,
    previousResponseId: typeof previousId === "string" ? previousId : null,
  };
  const base = formatResponse(facts.asked, told, notEnded);
  // The tools stand as they were asked for, whatever the backend was sent.
  const own = { created_at: told.createdAt, tools: base["tools"] };
  const created = { ...base, ...(without(response, alien) ?? response), ...own };
  const items = changeList(created, "output", fillItem) ?? created;
  return changeObject(items, "usage", fillUsage) ?? items;
}

function fillItem(item: JsonObject): JsonObject {
  const filled = changeList(item, "content", fillPart) ?? item;
  // A status of null is one that strict clients throw at.
  const plain = filled["status"] === null ? (without(filled, ["status"]) ?? filled) : filled;
  return plain["type"] === "reasoning" ? { summary: [], ...plain } : plain;
}

function fillPart(part: JsonObject): JsonObject {
  return part["type"] === "output_text" ? { annotations: [], logprobs: [], ...part } : part;
}

function fillUsage(usage: JsonObject): JsonObject {
  const details = (key: string, counts: JsonObject) => ({
    ...counts,
    ...(isJsonObject(usage[key]) ? usage[key] : {}),
  });
  return {
    ...usage,
    input_tokens_details: details("input_tokens_details", { cached_tokens: 0, cache_write_tokens: 0 }),
    output_tokens_details: details("output_tokens_details", { reasoning_tokens: 0 }),
  };
}

/** What later events may leave out of the response. */
function beginningOf({ id, created_at, previous_response_id }: JsonObject): JsonObject {
  return { id, created_at, previous_response_id };
}

class EventFiller implements MendStage {
  #sequenceNumber = 0;
  #first: JsonObject | undefined;
  /** The places of the items by their ids. */
  #places: Map<unknown, number> | undefined;

  /** Every event gets a number of its own. */
  passesText(): boolean {
    return false;
  }

  chunk(event: JsonObject, facts: MendFacts): readonly JsonObject[] {
    const type = String(event["type"]);
    const { item, response } = event;
    const outputIndex =
      "item_id" in event || isJsonObject(item)
        ? { output_index: this.#placeOf(isJsonObject(item) ? item["id"] : event["item_id"]) }
        : {};
    const inContent = /^response\.(content_part|output_text|refusal|reasoning_text)\./.test(type);
    const filled: JsonObject = {
      ...outputIndex,
      ...(inContent ? { content_index: 0 } : {}),
      ...(type.startsWith("response.output_text.") ? { logprobs: [] } : {}),
      ...(without(event, alien) ?? event),
      sequence_number: this.#sequenceNumber++,
    };
    if (isJsonObject(response)) {
      this.#first ??= beginningOf(response);
      return [{ ...filled, response: fillResponse(response, facts, this.#first) }];
    }
    const withItem = changeObject(filled, "item", fillItem) ?? filled;
    return [changeObject(withItem, "part", fillPart) ?? withItem];
  }

  #placeOf(id: unknown): number {
    this.#places ??= new Map();
    const place = this.#places.get(id) ?? this.#places.size;
    this.#places.set(id, place);
    return place;
  }
}
