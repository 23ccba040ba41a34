/** OpenAI's own client puts the translated events together, and reads the translated answers. */
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { toResponse } from "../../../src/translate/responses/answer.ts";
import { createResponseEvents, type ResponseEvents } from "../../../src/translate/responses/events.ts";
import { chatStreams, deltaOf, facts } from "./chat-streams.ts";

function clientFor(body: string, contentType: string): OpenAI {
  const fetch = () => Promise.resolve(new Response(body, { headers: { "content-type": contentType } }));
  return new OpenAI({ apiKey: "k", baseURL: "http://proxy.test/v1", maxRetries: 0, fetch });
}

function clientOf(chunks: readonly JsonObject[], end = (events: ResponseEvents) => events.end()): OpenAI {
  const events = createResponseEvents({}, facts);
  const all = [...chunks.flatMap((chunk) => events.chunk(chunk)), ...end(events)];
  const frames = all.map((event) => `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`);
  return clientFor(frames.join(""), "text/event-stream; charset=utf-8");
}

const asked = { model: "gpt-4o", input: "Hi" } as const;
const expected = {
  text: { status: "completed", output_text: "Good day", output: [{ type: "message" }] },
  toolCall: {
    status: "completed",
    output: [{ type: "function_call", call_id: "call_a", name: "get_weather", arguments: '{"city":"Oslo"}' }],
  },
  interleavedCalls: {
    status: "completed",
    output_text: "Let me look.",
    output: [
      { type: "message" },
      { call_id: "call_a", arguments: '{"city":"Oslo"}' },
      { call_id: "call_b", arguments: '{"zone":"CET"}' },
    ],
  },
  incomplete: {
    status: "incomplete",
    output_text: "Once upon",
    incomplete_details: { reason: "max_output_tokens" },
  },
  reasoning: {
    status: "completed",
    output_text: "\n\nFour.",
    output: [{ type: "reasoning", content: [{ text: "Hm, so." }] }, { type: "message" }],
  },
  refusal: {
    status: "completed",
    output_text: "",
    output: [{ content: [{ type: "refusal", refusal: "I will not." }] }],
  },
} as const satisfies Record<keyof typeof chatStreams, object>;

const cases = [
  ["a text", chatStreams.text, expected.text],
  ["a tool call", chatStreams.toolCall, expected.toolCall],
  ["calls that come in turns", chatStreams.interleavedCalls, expected.interleavedCalls],
  ["an answer that was cut", chatStreams.incomplete, expected.incomplete],
  ["thoughts", chatStreams.reasoning, expected.reasoning],
  ["a refusal", chatStreams.refusal, expected.refusal],
] as const;

describe("responses.stream", () => {
  it.each(cases)("puts %s together", async (_title, chunks, response) => {
    const stream = clientOf(chunks).responses.stream(asked);
    expect(await stream.finalResponse()).toMatchObject({
      ...response,
      id: "resp_abc",
      usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
    });
  });

  it("adds the deltas up on the way", async () => {
    const snapshots: string[] = [];
    const stream = clientOf(chatStreams.text).responses.stream(asked);
    stream.on("response.output_text.delta", (event) => snapshots.push(event.snapshot));
    await stream.finalResponse();
    expect(snapshots).toEqual(["Good", "Good day"]);
  });

  it("hears of a failure", async () => {
    const error = { error: { type: "server_error", message: "Away.", code: null, param: null } };
    const client = clientOf([deltaOf({ content: "Hi" })], (events) => events.fail(error));
    expect(await client.responses.stream(asked).finalResponse()).toMatchObject({
      status: "failed",
      error: { code: "server_error", message: "Away." },
      output_text: "Hi",
    });
  });
});

describe("responses.create", () => {
  it.each(cases)("gives the events of %s", async (_title, chunks, response) => {
    const stream = await clientOf(chunks).responses.create({ ...asked, stream: true });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.slice(0, 2)).toEqual(["response.created", "response.in_progress"]);
    expect(types.at(-1)).toBe(`response.${response.status}`);
    expect(types.filter((type) => type === types.at(-1))).toHaveLength(1);
  });

  it("reads a whole answer", async () => {
    const chat = { choices: [{ index: 0, message: { content: "Good day" }, finish_reason: "stop" }] };
    const client = clientFor(JSON.stringify(toResponse(chat, asked, facts)), "application/json");
    expect(await client.responses.create(asked)).toMatchObject({
      status: "completed",
      output_text: "Good day",
    });
  });

  it("parses JSON that was asked for by schema", async () => {
    const schema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
    const chat = { choices: [{ index: 0, message: { content: '{"a":1}' }, finish_reason: "stop" }] };
    const text = { format: { type: "json_schema" as const, name: "n", schema, strict: true } };
    const client = clientFor(JSON.stringify(toResponse(chat, { text }, facts)), "application/json");
    expect((await client.responses.parse({ ...asked, text })).output_parsed).toEqual({ a: 1 });
  });
});
