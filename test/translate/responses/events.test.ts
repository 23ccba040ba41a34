import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../../../src/protocol/openai/fields.ts";
import { createResponseEvents } from "../../../src/translate/responses/events.ts";
import { callDelta, chatStreams, deltaOf, endWith, facts } from "./chat-streams.ts";
import { expectEvents } from "./wire-check.ts";

function eventsOf(chunks: readonly JsonObject[], asked: JsonObject = {}): readonly JsonObject[] {
  const events = createResponseEvents(asked, facts);
  const all = [...chunks.flatMap((chunk) => events.chunk(chunk)), ...events.end()];
  expectEvents(all);
  return all;
}

const shortName = (event: JsonObject) => String(event["type"]).replace("response.", "");

/** Each event as its name and the item it is about. */
const outline = (events: readonly JsonObject[]) =>
  events.map((event) =>
    [shortName(event), event["output_index"]].filter((word) => word !== undefined).join(" "),
  );

function responseOf(events: readonly JsonObject[]): JsonObject {
  const response = events.at(-1)?.["response"];
  if (!isJsonObject(response)) throw new Error("The last event carries the response.");
  return response;
}

describe("the order of events", () => {
  it("of a text", () => {
    expect(outline(eventsOf(chatStreams.text))).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "content_part.added 0",
      "output_text.delta 0",
      "output_text.delta 0",
      "output_text.done 0",
      "content_part.done 0",
      "output_item.done 0",
      "completed",
    ]);
  });

  it("of a tool call", () => {
    expect(outline(eventsOf(chatStreams.toolCall))).toEqual([
      "created",
      "in_progress",
      "output_item.added 0",
      "function_call_arguments.delta 0",
      "function_call_arguments.delta 0",
      "function_call_arguments.done 0",
      "output_item.done 0",
      "completed",
    ]);
  });

  it("of a text and calls that come in turns", () => {
    expect(outline(eventsOf(chatStreams.interleavedCalls)).slice(2)).toEqual([
      "output_item.added 0",
      "content_part.added 0",
      "output_text.delta 0",
      "output_text.done 0",
      "content_part.done 0",
      "output_item.done 0",
      "output_item.added 1",
      "function_call_arguments.delta 1",
      "output_item.added 2",
      "function_call_arguments.delta 2",
      "function_call_arguments.delta 1",
      "function_call_arguments.delta 2",
      "function_call_arguments.done 1",
      "output_item.done 1",
      "function_call_arguments.done 2",
      "output_item.done 2",
      "completed",
    ]);
  });

  it("of thoughts and a text", () => {
    expect(outline(eventsOf(chatStreams.reasoning)).slice(2)).toEqual([
      "output_item.added 0",
      "content_part.added 0",
      "reasoning_text.delta 0",
      "reasoning_text.delta 0",
      "reasoning_text.done 0",
      "content_part.done 0",
      "output_item.done 0",
      "output_item.added 1",
      "content_part.added 1",
      "output_text.delta 1",
      "output_text.done 1",
      "content_part.done 1",
      "output_item.done 1",
      "completed",
    ]);
  });

  it("of a refusal after some text, in one message", () => {
    const chunks = [deltaOf({ content: "Well." }), deltaOf({ refusal: "No." }), ...endWith("stop")];
    const events = eventsOf(chunks);
    expect(outline(events).slice(2)).toEqual([
      "output_item.added 0",
      "content_part.added 0",
      "output_text.delta 0",
      "output_text.done 0",
      "content_part.done 0",
      "content_part.added 0",
      "refusal.delta 0",
      "refusal.done 0",
      "content_part.done 0",
      "output_item.done 0",
      "completed",
    ]);
    expect(responseOf(events)["output"]).toMatchObject([
      { content: [{ text: "Well." }, { type: "refusal", refusal: "No." }] },
    ]);
  });

  it("of an answer that is empty: an empty message", () => {
    const events = eventsOf([deltaOf({ role: "assistant", content: "" }), ...endWith("stop")]);
    expect(responseOf(events)["output"]).toMatchObject([{ type: "message", content: [{ text: "" }] }]);
  });

  it("of an answer that was cut within its thoughts: no message", () => {
    const events = eventsOf([deltaOf({ reasoning_content: "Hm" }), ...endWith("length")]);
    expect(responseOf(events)).toMatchObject({
      status: "incomplete",
      output: [{ type: "reasoning", status: "incomplete" }],
    });
  });

  it("begins with the first chunk, whatever it holds, and tells of no output there", () => {
    const [created, inProgress, ...more] = createResponseEvents({}, facts).chunk(
      deltaOf({ role: "assistant" }),
    );
    expect([created?.["type"], inProgress?.["type"]]).toEqual(["response.created", "response.in_progress"]);
    expect(created?.["response"]).toMatchObject({ status: "in_progress", output: [], usage: null });
    expect(more).toEqual([]);
  });
});

describe("the deltas", () => {
  it.each(Object.entries(chatStreams))("of %s add up to what is done", (_title, chunks) => {
    const events = eventsOf(chunks);
    const keyOf = (event: JsonObject) => `${String(event["item_id"])} ${String(event["content_index"])}`;
    const added = new Map<string, string>();
    const done = new Map<string, unknown>();
    for (const event of events) {
      const key = keyOf(event);
      const whole = event["text"] ?? event["refusal"] ?? event["arguments"];
      if (typeof event["delta"] === "string") added.set(key, (added.get(key) ?? "") + event["delta"]);
      if (whole !== undefined) done.set(key, whole);
    }
    expect(done.size).toBeGreaterThan(0);
    expect(added).toEqual(done);
  });

  it("keep white space before a text and drop it before calls", () => {
    const blank = deltaOf({ content: "\n" });
    const text = eventsOf([blank, deltaOf({ content: " Hi" }), ...endWith("stop")]);
    expect(responseOf(text)["output"]).toMatchObject([{ content: [{ text: "\n Hi" }] }]);
    const start = { id: "call_a", name: "f" };
    const call = eventsOf([blank, callDelta(0, "{}", start), blank, ...endWith("tool_calls")]);
    expect(responseOf(call)["output"]).toMatchObject([{ type: "function_call" }]);
    const alone = eventsOf([blank, ...endWith("length")]);
    expect(responseOf(alone)["output"]).toMatchObject([{ content: [{ text: "\n" }] }]);
  });

  it("carry logprobs to the delta and to the whole part", () => {
    const token = { token: "Hi", logprob: -0.1, bytes: [72, 105], top_logprobs: [] };
    const chunk = { choices: [{ index: 0, delta: { content: "Hi" }, logprobs: { content: [token] } }] };
    const events = eventsOf([chunk, ...endWith("stop")]);
    expect(events.find((event) => shortName(event) === "output_text.delta")).toMatchObject({
      logprobs: [token],
    });
    expect(responseOf(events)["output"]).toMatchObject([{ content: [{ text: "Hi", logprobs: [token] }] }]);
  });

  it("of other choices are left out", () => {
    const second = { choices: [{ index: 1, delta: { content: "No" }, finish_reason: "stop" }] };
    const events = eventsOf([second, deltaOf({ content: "Yes" }), ...endWith("stop")]);
    expect(responseOf(events)["output"]).toMatchObject([{ content: [{ text: "Yes" }] }]);
  });
});

describe("a call", () => {
  const only = (chunks: readonly JsonObject[], reason = "tool_calls") =>
    responseOf(eventsOf([...chunks, ...endWith(reason)]))["output"];

  it("waits for its name", () => {
    const nameless = deltaOf({ tool_calls: [{ index: 0, id: "call_a", function: { arguments: '{"a"' } }] });
    const named = deltaOf({ tool_calls: [{ index: 0, function: { name: "f", arguments: ":1}" } }] });
    expect(only([nameless, named])).toMatchObject([
      { id: "fc_abc_0", call_id: "call_a", name: "f", arguments: '{"a":1}', status: "completed" },
    ]);
  });

  it("without arguments has an empty object of them", () => {
    expect(only([callDelta(0, "", { id: "call_a", name: "f" })])).toMatchObject([{ arguments: "{}" }]);
  });

  it("that was cut has what came of them", () => {
    const cut = callDelta(0, '{"a', { id: "call_a", name: "f" });
    expect(only([cut], "length")).toMatchObject([{ arguments: '{"a', status: "incomplete" }]);
  });

  it("without an id, or with another call's, gets one of its own", () => {
    const start = { id: "call_a", name: "f" };
    const idless = deltaOf({ tool_calls: [{ index: 2, function: { name: "g", arguments: { a: 1 } } }] });
    expect(only([callDelta(0, "{}", start), callDelta(1, "{}", start), idless])).toMatchObject([
      { call_id: "call_a" },
      { call_id: "call_abc_1" },
      { call_id: "call_abc_2", arguments: '{"a":1}' },
    ]);
  });
});

describe("the end", () => {
  it.each([
    ["stop", "completed", null],
    ["tool_calls", "completed", null],
    ["length", "incomplete", { reason: "max_output_tokens" }],
    ["content_filter", "incomplete", { reason: "content_filter" }],
  ])("by %s is %s", (reason, status, incomplete_details) => {
    const events = eventsOf([deltaOf({ content: "Hi" }), ...endWith(reason)]);
    expect(events.at(-1)?.["type"]).toBe(`response.${status}`);
    expect(responseOf(events)).toMatchObject({ status, incomplete_details, output: [{ status }] });
    expect(responseOf(events)["usage"]).toEqual({
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 17,
    });
  });

  it("without a finish reason is a failure", () => {
    const events = eventsOf([deltaOf({ content: "Hi" })]);
    expect(events.at(-1)?.["type"]).toBe("response.failed");
    expect(responseOf(events)).toMatchObject({
      status: "failed",
      error: { code: "server_error" },
      output: [{ status: "incomplete", content: [{ text: "Hi" }] }],
    });
  });

  it("is the last of it", () => {
    const events = createResponseEvents({}, facts);
    for (const chunk of chatStreams.text) events.chunk(chunk);
    expect(events.end().at(-1)?.["type"]).toBe("response.completed");
    expect([events.end(), events.chunk(deltaOf({ content: "more" })), events.fail({})].flat()).toEqual([]);
  });
});

describe("a failure", () => {
  it.each([
    [{ type: "server_error", code: null, message: "Away." }, "server_error"],
    [{ type: "invalid_request_error", code: "context_length_exceeded", message: "Long." }, "invalid_prompt"],
    [{ type: "tokens", code: "rate_limit_exceeded", message: "Slow down." }, "rate_limit_exceeded"],
    [{ type: "requests", code: null, message: "Slow down." }, "rate_limit_exceeded"],
  ])("by %j has the code %s", (error, code) => {
    const events = createResponseEvents({}, facts);
    const all = [...events.chunk(deltaOf({ content: "Hi" })), ...events.fail({ error })];
    expectEvents(all);
    expect(responseOf(all)).toMatchObject({
      status: "failed",
      error: { code, message: error.message },
      output: [{ status: "incomplete" }],
    });
  });

  it("before anything else is told in order, and has words even for no words", () => {
    const events = createResponseEvents({}, facts).fail("nonsense");
    expectEvents(events);
    expect(outline(events)).toEqual(["created", "in_progress", "failed"]);
    expect(responseOf(events)["error"]).toEqual({
      code: "server_error",
      message: "The backend failed to answer.",
    });
  });
});
