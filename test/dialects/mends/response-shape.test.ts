/** Responses that a backend makes itself, filled up to OpenAI's shape. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { runAnswer, runStream } from "../../support/run-mends.ts";

const asked = {
  model: "gpt-4o",
  input: "Hi",
  instructions: "Be kind.",
  temperature: 0.5,
  metadata: { a: "b" },
};
const run = { only: ["response-shape"], endpoint: "responses" as const, asked };
const part = { type: "output_text", text: "Hi" };
const item = { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [part] };
const filledItem = { ...item, content: [{ ...part, annotations: [], logprobs: [] }] };

describe("a whole response", () => {
  it("tells what was asked, keeps what the backend told, and drops what OpenAI does not know", () => {
    const { body } = runAnswer(
      {
        id: "resp_1",
        object: "response",
        created_at: 5.5,
        status: "completed",
        temperature: 0.7,
        output: [item, { type: "reasoning", id: "rs_1", status: null }],
        usage: {
          input_tokens: 3,
          output_tokens: 2,
          total_tokens: 5,
          input_tokens_details: { cached_tokens: 1 },
        },
        timings: {},
        x_unknown: 1,
      },
      run,
    );
    expect(body).toMatchObject({
      id: "resp_1",
      created_at: 5,
      status: "completed",
      temperature: 0.7,
      instructions: "Be kind.",
      metadata: { a: "b" },
      tools: [],
      error: null,
      x_unknown: 1,
      output: [filledItem, { type: "reasoning", id: "rs_1", summary: [] }],
      usage: {
        input_tokens_details: { cached_tokens: 1, cache_write_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
    });
    expect(body).not.toHaveProperty("timings");
    expect(body["output"]).toEqual([filledItem, { type: "reasoning", id: "rs_1", summary: [] }]);
  });
});

describe("the events of a response", () => {
  const sent: readonly JsonObject[] = [
    { type: "response.created", response: { id: "resp_1", created_at: 7, status: "in_progress" } },
    { type: "response.output_item.added", item: { ...item, content: [] } },
    { type: "response.content_part.added", item_id: "msg_1", part },
    { type: "response.output_text.delta", item_id: "msg_1", delta: "Hi" },
    { type: "response.output_item.added", item: { type: "function_call", id: "fc_1" } },
    { type: "response.function_call_arguments.delta", item_id: "fc_1", delta: "{" },
    { type: "response.output_item.done", item },
    { type: "response.completed", response: { id: "resp_1", status: "completed", output: [item] } },
  ];
  const got = runStream(sent, run);

  it("are numbered from 0", () => {
    expect(got.map((event) => event["sequence_number"])).toEqual(sent.map((_event, index) => index));
  });

  it("name the place of their item, and of the text in it", () => {
    expect(got.map((event) => event["output_index"])).toEqual([undefined, 0, 0, 0, 1, 1, 0, undefined]);
    expect(got[3]).toMatchObject({ content_index: 0, logprobs: [], delta: "Hi" });
    expect(got[2]).toMatchObject({ part: { annotations: [], logprobs: [] } });
  });

  it("hold whole responses, the last with the time that the first told", () => {
    expect(got.at(-1)?.["response"]).toMatchObject({
      created_at: 7,
      status: "completed",
      output: [filledItem],
      tools: [],
    });
  });
});
