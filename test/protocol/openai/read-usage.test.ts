import { expect, it } from "vitest";
import { readUsage } from "../../../src/protocol/openai/read-usage.ts";

it.each<[string, unknown, unknown]>([
  ["a chat", { usage: { prompt_tokens: 3, completion_tokens: 5 } }, { prompt: 3, completion: 5 }],
  ["embeddings", { usage: { prompt_tokens: 3, total_tokens: 3 } }, { prompt: 3, completion: undefined }],
  ["a response", { usage: { input_tokens: 3, output_tokens: 5 } }, { prompt: 3, completion: 5 }],
  [
    "an event of a response",
    { response: { usage: { input_tokens: 3, output_tokens: 5 } } },
    { prompt: 3, completion: 5 },
  ],
  [
    "the start of a message, its cache too",
    { message: { usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 1 } } },
    { prompt: 7, completion: 1 },
  ],
  ["the end of a message", { usage: { output_tokens: 9 } }, { prompt: undefined, completion: 9 }],
  ["no usage", { usage: null }, undefined],
  ["nothing of it", { choices: [{ usage: { prompt_tokens: 3 } }] }, undefined],
  ["a message that is text", { message: "usage" }, undefined],
  [
    "numbers that are none",
    { usage: { prompt_tokens: "3", completion_tokens: -2 } },
    { prompt: undefined, completion: 0 },
  ],
])("reads %s", (_case, answer, counts) => {
  expect(readUsage(new TextEncoder().encode(JSON.stringify(answer)))).toEqual(counts);
});

it("reads nothing of what is no JSON", () => {
  expect(readUsage(new TextEncoder().encode('{"usage":{'))).toBeUndefined();
});
