/** What a schema cannot say about the events of a Responses stream: their order, numbers and what belongs together. */
import { isJsonObject, type JsonObject } from "../../src/protocol/openai/fields.ts";
import { objectsIn } from "../../src/protocol/openai/parts.ts";
import type { Deviation } from "./openai-schema.ts";

export interface EventAt {
  readonly at: string;
  /** What the `event: ` line says. */
  readonly named: string | undefined;
  readonly data: JsonObject;
}

const ends: ReadonlySet<string> = new Set([
  "response.completed",
  "response.failed",
  "response.incomplete",
  "error",
]);

/** Takes all events of one stream. */
export function checkEvents(events: readonly EventAt[]): readonly Deviation[] {
  return [...checkNumbers(events), ...checkEnds(events), ...checkItems(events), ...checkPieces(events)];
}

function checkNumbers(events: readonly EventAt[]): readonly Deviation[] {
  return events.flatMap(({ at, named, data }, place) => [
    ...(named === data["type"] ? [] : [{ at, what: `is named ${named} but is ${data["type"]}` }]),
    ...(data["sequence_number"] === place
      ? []
      : [{ at: `${at}/sequence_number`, what: `is ${data["sequence_number"]}, not ${place}` }]),
  ]);
}

function checkEnds(events: readonly EventAt[]): readonly Deviation[] {
  const found: Deviation[] = [];
  const types = events.map(({ data }) => String(data["type"]));
  // An error may come before there is a response, as the only event.
  if (types[0] !== "response.created" && types.join() !== "error")
    found.push({ at: "stream", what: `begins with ${types[0]}` });
  if (!ends.has(types.at(-1) ?? "")) found.push({ at: "stream", what: `ends with ${types.at(-1)}` });
  if (types.slice(0, -1).some((type) => ends.has(type)))
    found.push({ at: "stream", what: "goes on after its end" });
  const ids = new Set(responsesIn(events).map(({ id }) => id));
  if (ids.size > 1) found.push({ at: "stream", what: "has several response ids" });
  return found;
}

function responsesIn(events: readonly EventAt[]): readonly JsonObject[] {
  return events.map(({ data }) => data["response"]).filter(isJsonObject);
}

/** Each item is added, then done, and stands in the final response. */
function checkItems(events: readonly EventAt[]): readonly Deviation[] {
  const found: Deviation[] = [];
  const open = new Map<unknown, unknown>();
  const done: unknown[] = [];
  for (const { at, data } of events) {
    const { type, item, item_id: itemId, output_index: place } = data;
    const id = isJsonObject(item) ? item["id"] : itemId;
    if (type === "response.output_item.added") open.set(place, id);
    else if (place !== undefined && open.get(place) !== id) {
      found.push({ at: `${at}/item_id`, what: "is not of the item that was added there" });
    }
    if (type === "response.output_item.done") {
      open.delete(place);
      done.push(id);
    }
  }
  const last = events.at(-1);
  if (last?.data["type"] !== "response.completed") return found;
  if (open.size > 0) found.push({ at: "stream", what: `leaves ${open.size} items open` });
  const told = objectsIn(responsesIn(events).at(-1)?.["output"]).map(({ id }) => id);
  if (told.join() !== done.join())
    found.push({ at: `${last.at}/response/output`, what: "is not what the events told" });
  return found;
}

/** Deltas, joined, are what their `.done` event says. */
function checkPieces(events: readonly EventAt[]): readonly Deviation[] {
  const joined = new Map<string, string>();
  return events.flatMap(({ at, data }) => {
    const [, stem, step] = /^(.+)\.(delta|done)$/.exec(String(data["type"])) ?? [];
    if (stem === undefined || typeof data["item_id"] !== "string") return [];
    const key = [stem, data["item_id"], data["content_index"], data["summary_index"]].join(" ");
    if (step === "delta") {
      joined.set(key, (joined.get(key) ?? "") + String(data["delta"]));
      return [];
    }
    const whole = data["text"] ?? data["arguments"] ?? data["refusal"] ?? data["input"];
    return whole === undefined || whole === (joined.get(key) ?? "")
      ? []
      : [{ at, what: "is not what the deltas told" }];
  });
}
