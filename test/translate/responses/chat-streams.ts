/** Chat streams to translate, as lists of chunks, and what makes one. */
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import type { ResponseFacts } from "../../../src/protocol/openai/response-object.ts";

export const facts: ResponseFacts = {
  id: "resp_abc",
  createdAt: 1_795_000_000,
  model: "gpt-4o",
  previousResponseId: null,
};

export const chatUsage = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

/** A chunk that carries one delta. */
export function deltaOf(delta: JsonObject, finish_reason: string | null = null): JsonObject {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "local",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  };
}

/** The last two chunks of a stream: the finish reason, then the usage. */
export function endWith(finish_reason: string): readonly JsonObject[] {
  return [deltaOf({}, finish_reason), { ...deltaOf({}), choices: [], usage: chatUsage }];
}

/** A delta of one tool call. */
export function callDelta(index: number, args: string, start?: { id: string; name: string }): JsonObject {
  const begun = start === undefined ? {} : { id: start.id, type: "function" };
  const name = start === undefined ? {} : { name: start.name };
  return deltaOf({ tool_calls: [{ index, ...begun, function: { ...name, arguments: args } }] });
}

const opening = deltaOf({ role: "assistant", content: "", refusal: null });
const oslo = { id: "call_a", name: "get_weather" };
const bergen = { id: "call_b", name: "get_time" };

export const chatStreams = {
  text: [opening, deltaOf({ content: "Good" }), deltaOf({ content: " day" }), ...endWith("stop")],
  toolCall: [
    opening,
    callDelta(0, "", oslo),
    callDelta(0, '{"city"'),
    callDelta(0, ':"Oslo"}'),
    ...endWith("tool_calls"),
  ],
  interleavedCalls: [
    opening,
    deltaOf({ content: "Let me look." }),
    callDelta(0, '{"city"', oslo),
    callDelta(1, '{"zone"', bergen),
    callDelta(0, ':"Oslo"}'),
    callDelta(1, ':"CET"}'),
    ...endWith("tool_calls"),
  ],
  incomplete: [opening, deltaOf({ content: "Once upon" }), ...endWith("length")],
  reasoning: [
    deltaOf({ role: "assistant", content: null }),
    deltaOf({ reasoning_content: "Hm" }),
    deltaOf({ reasoning_content: ", so." }),
    deltaOf({ content: "\n\n" }),
    deltaOf({ content: "Four." }),
    ...endWith("stop"),
  ],
  refusal: [opening, deltaOf({ refusal: "I" }), deltaOf({ refusal: " will not." }), ...endWith("stop")],
} as const;
