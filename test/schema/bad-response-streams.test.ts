/** The check of answers finds what is wrong with the streams of the Responses API. */
import { expect, it } from "vitest";
import type { Recorded } from "../clients/places.ts";
import { findDeviations } from "./deviations.ts";
import { changed, frames, responses, streamed } from "./exchanges.ts";
import { responseEvents, response } from "./openai-objects.ts";

const cases: readonly (readonly [string, Recorded, string])[] = [
  ["no sequence numbers", changed(3, { sequence_number: undefined }), "frame 3/sequence_number is missing"],
  ["numbers out of order", changed(3, { sequence_number: 7 }), "frame 3/sequence_number is 7, not 3"],
  ["no output index", changed(4, { output_index: undefined }), "frame 4/output_index is missing"],
  [
    "a beginning other than created",
    responses(...responseEvents.slice(1)),
    "stream begins with response.in_progress",
  ],
  ["no end", responses(...responseEvents.slice(0, -1)), "stream ends with response.output_item.done"],
  ["an item that is never done", responses(...responseEvents.toSpliced(8, 1)), "stream leaves 1 items open"],
  [
    "a delta of an item that is not there",
    changed(4, { item_id: "msg_2" }),
    "frame 4/item_id is not of the item that was added there",
  ],
  ["a text that is not what was told", changed(6, { text: "Bye." }), "frame 6 is not what the deltas told"],
  [
    "an output that was not told",
    changed(9, { response: response({ output: [] }) }),
    "frame 9/response/output is not what the events told",
  ],
  [
    "an event without a schema",
    changed(5, { type: "response.thought" }),
    'frame 5/type is none of the known types: "response.thought"',
  ],
  [
    "frames without names",
    streamed("/v1/responses", {}, frames(...responseEvents)),
    "frame 0 has 0 event lines",
  ],
  [
    "a bare response in its first event",
    changed(0, { response: { id: "resp_1", object: "response", status: "in_progress" } }),
    "frame 0/response/output is missing",
  ],
];

it.for(cases)("finds %s", ([, recorded, deviation]) => {
  expect(findDeviations(recorded)).toContainEqual(expect.stringContaining(deviation));
});
