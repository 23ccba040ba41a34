import { describe, expect, it } from "vitest";
import { hasPlainMessages } from "../../../src/protocol/openai/plain-messages.ts";

const user = { role: "user", content: "Hello" };

describe("hasPlainMessages", () => {
  it.each([
    [
      "texts of everybody",
      [{ role: "system", content: "Be kind." }, user, { role: "assistant", content: "" }],
    ],
    ["no message at all", []],
  ])("holds for %s", (_what, messages) => {
    expect(hasPlainMessages({ messages })).toBe(true);
  });

  it.each([
    ["no list", undefined],
    ["a text in place of a message", [user, "Hello"]],
    ["parts", [user, { role: "user", content: [{ type: "text", text: "Hello" }] }]],
    ["a null content", [{ role: "assistant", content: null }]],
    ["no content", [{ role: "assistant" }]],
    ["another role", [{ role: "developer", content: "Be kind." }]],
    ["a tool's result", [{ role: "tool", content: "4", tool_call_id: "call_1" }]],
    ["tool calls beside the text", [{ role: "assistant", content: "", tool_calls: [] }]],
    ["a field that is null", [{ ...user, name: null }]],
  ])("does not hold for %s", (_what, messages) => {
    expect(hasPlainMessages({ messages })).toBe(false);
  });
});
