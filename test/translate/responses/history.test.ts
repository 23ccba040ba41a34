import { describe, expect, it } from "vitest";
import { toResponse } from "../../../src/translate/responses/answer.ts";
import { toHistory } from "../../../src/translate/responses/history.ts";
import { toChatRequest } from "../../../src/translate/responses/request.ts";
import { facts } from "./chat-streams.ts";

const answerOf = (message: object, finish_reason = "stop") =>
  toResponse({ choices: [{ index: 0, message, finish_reason }] }, {}, facts);
const tool_calls = [{ id: "call_a", type: "function", function: { name: "f", arguments: "{}" } }];

describe("toHistory", () => {
  it("goes on from what was before, was said and was answered, but not from the instructions", () => {
    const before = [
      { role: "user", content: "One" },
      { role: "assistant", content: "Two" },
    ];
    const asked = { instructions: "Count.", input: "Three" };
    const history = toHistory(asked, before, answerOf({ reasoning_content: "Hm.", content: "Four" }));
    expect(history).toEqual([
      ...before,
      { role: "user", content: "Three" },
      { role: "assistant", content: "Four" },
    ]);
  });

  it("lets the next request answer a call", () => {
    const history = toHistory({ input: "Go" }, [], answerOf({ content: "Well.", tool_calls }, "tool_calls"));
    const input = [{ type: "function_call_output", call_id: "call_a", output: "done" }];
    expect(toChatRequest({ model: "m", instructions: "New.", input }, history)["messages"]).toEqual([
      { role: "system", content: "New." },
      { role: "user", content: "Go" },
      { role: "assistant", content: "Well.", tool_calls },
      { role: "tool", tool_call_id: "call_a", content: "done" },
    ]);
  });

  it("leaves out a call that was cut", () => {
    const history = toHistory({ input: "Go" }, [], answerOf({ content: "Well.", tool_calls }, "length"));
    expect(history).toEqual([
      { role: "user", content: "Go" },
      { role: "assistant", content: "Well." },
    ]);
  });
});
