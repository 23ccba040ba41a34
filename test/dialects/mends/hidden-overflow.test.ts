/** Prompts over the context that come back as empty successes. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/protocol/openai/fields.ts";
import { runAnswer, runStream } from "../../support/run-mends.ts";

const usage = (prompt_tokens: number) => ({
  prompt_tokens,
  completion_tokens: 0,
  total_tokens: prompt_tokens,
});
const answer = (message: JsonObject, prompt: number) => ({
  choices: [{ index: 0, message: { role: "assistant", content: "", ...message }, finish_reason: "stop" }],
  usage: usage(prompt),
});
const chunk = (delta: JsonObject, finish_reason: string | null = null) => ({
  id: "c",
  choices: [{ index: 0, delta, finish_reason }],
});
const emptyStream = (prompt: number) => [
  chunk({ role: "assistant" }),
  chunk({}, "stop"),
  { id: "c", choices: [], usage: usage(prompt) },
];
const run = { only: ["hidden-overflow"], options: { contextLength: 4_096 } };
const overflow = { status: 400, code: "context_length_exceeded", param: "messages" };
const thrownBy = (act: () => unknown) => {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

describe("an empty answer", () => {
  it.each([4_096, 5_000])("to a prompt of %i tokens of 4096 is an error", (prompt) => {
    expect(thrownBy(() => runAnswer(answer({}, prompt), run))).toMatchObject(overflow);
    expect(thrownBy(() => runStream(emptyStream(prompt), run))).toMatchObject(overflow);
  });

  it("to a prompt that left room is passed on", () => {
    expect(thrownBy(() => runAnswer(answer({}, 4_095), run))).toBeUndefined();
    expect(runStream(emptyStream(4_095), run)).toEqual(emptyStream(4_095));
  });

  it("of a model whose context nobody told is passed on", () => {
    const unknown = { only: run.only };
    expect(thrownBy(() => runAnswer(answer({}, 5_000), unknown))).toBeUndefined();
    expect(runStream(emptyStream(5_000), unknown)).toEqual(emptyStream(5_000));
  });
});

describe("an answer that says something", () => {
  it.each([
    ["text", { content: "x" }],
    ["reasoning", { reasoning_content: "x" }],
    ["a call", { tool_calls: [{ index: 0, id: "1", function: { name: "f", arguments: "" } }] }],
  ])("by %s is passed on, whatever the prompt", (_name, said) => {
    expect(thrownBy(() => runAnswer(answer(said, 5_000), run))).toBeUndefined();
    const chunks = [chunk({ role: "assistant" }), chunk(said), ...emptyStream(5_000).slice(1)];
    expect(runStream(chunks, run)).toEqual(chunks);
  });
});

it("a stream that ends without usage gives back what was held", () => {
  const chunks = emptyStream(5_000).slice(0, 2);
  expect(runStream(chunks, run)).toEqual(chunks);
});
