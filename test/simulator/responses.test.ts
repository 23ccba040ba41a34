/** The Responses endpoint: its object, and the order of its events. */
import { describe, expect, it } from "vitest";
import { json, post, readChunks, readEvents } from "./ask.ts";

const respond = (body: object) => post("/v1/responses", { input: "Hello there", ...body });
const tools = [
  {
    type: "function",
    name: "look_up",
    parameters: { type: "object", properties: { word: { type: "string" } } },
  },
];

/** Event types in order, repetitions left out. */
function order(events: readonly { readonly type: string }[]): string[] {
  return events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

describe("a whole response", () => {
  it("holds a message with the simulated answer, and usage", async () => {
    const body = await json(respond({ previous_response_id: "resp_unknown" }));
    expect(body).toMatchObject({ object: "response", status: "completed", model: "simulated/qwen3-8b" });
    expect(body.output[0].content[0]).toMatchObject({ type: "output_text", annotations: [] });
    expect(body.output[0].content[0].text).toMatch(/^This is a simulated answer.*Hello there/);
    expect(body.usage.total_tokens).toBe(body.usage.input_tokens + body.usage.output_tokens);
  });

  it("is incomplete at max_output_tokens", async () => {
    expect(await json(respond({ max_output_tokens: 2 }))).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
  });

  it("takes items for input, with history and tool results", async () => {
    const input = [
      { role: "developer", content: "Be brief." },
      { type: "message", role: "user", content: [{ type: "input_text", text: "look up moon" }] },
      { type: "reasoning", summary: [] },
      { type: "function_call", call_id: "1", name: "look_up", arguments: "{}" },
      { type: "function_call_output", call_id: "1", output: "a satellite" },
    ];
    const body = await json(respond({ input, tools }));
    expect(body.output[0].content[0].text).toContain("a satellite");
  });

  it("is an instance of a schema when one is given", async () => {
    const format = { type: "json_schema", name: "x", schema: { properties: { ok: { type: "boolean" } } } };
    const body = await json(respond({ text: { format } }));
    expect(JSON.parse(body.output[0].content[0].text)).toEqual({ ok: true });
  });
});

describe("a streamed response", () => {
  it("has OpenAI's order, numbers from zero, and no [DONE]", async () => {
    const events = await readEvents(respond({ stream: true }));
    const data = events.map((event) => JSON.parse(event.data));
    expect(events.map(({ event }) => event)).toEqual(data.map(({ type }) => type));
    expect(data.map((event) => event.sequence_number)).toEqual(data.map((_, index) => index));
    expect(order(data)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(data[0].response).toMatchObject({
      status: "in_progress",
      model: "simulated/qwen3-8b",
      output: [],
    });
    const text = data.map((event) => event.delta ?? "").join("");
    expect(data.at(-1).response.output[0].content[0].text).toBe(text);
  });

  it("calls a tool with pieces of arguments", async () => {
    const events = await readChunks(respond({ stream: true, tools, tool_choice: "required" }));
    expect(order(events)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.function_call_arguments.delta",
      "response.function_call_arguments.done",
      "response.output_item.done",
      "response.completed",
    ]);
    const [call] = events.at(-1).response.output;
    expect(call).toMatchObject({ type: "function_call", name: "look_up", status: "completed" });
    expect(JSON.parse(call.arguments)).toEqual({ word: "simulated" });
  });

  it("thinks in reasoning_text events before the message", async () => {
    const types = order(await readChunks(respond({ stream: true, model: "simulated/deepseek-r1-8b" })));
    expect(types.slice(2, 7)).toEqual([
      "response.output_item.added",
      "response.reasoning_text.delta",
      "response.reasoning_text.done",
      "response.output_item.done",
      "response.output_item.added",
    ]);
  });

  it("ends with response.incomplete at max_output_tokens", async () => {
    const events = await readChunks(respond({ stream: true, max_output_tokens: 2 }));
    expect(events.at(-1).type).toBe("response.incomplete");
  });
});
