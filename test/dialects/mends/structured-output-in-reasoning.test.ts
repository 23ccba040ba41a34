import { describe, expect, it } from "vitest";
import { structuredOutputInReasoning as mend } from "../../../src/dialects/mends/structured-output-in-reasoning.ts";
import {
  answerOf,
  chunkOf,
  cut,
  deltasOf,
  factsOf,
  finishesOf,
  joined,
  messageOf,
  runAnswer,
  runStream,
} from "./answers.ts";

const facts = factsOf({ response_format: { type: "json_schema", json_schema: { name: "x", schema: {} } } });
const json = '{"city": "Oslo"}';
const thought = (text: string) => chunkOf({ role: "assistant", reasoning_content: text });

describe("structured-output-in-reasoning", () => {
  it.each(["reasoning_content", "reasoning"])("moves JSON from %s to the empty content", (field) => {
    const { body } = runAnswer([mend], answerOf({ content: "", [field]: json }), facts);
    expect(messageOf(body)).toEqual({ role: "assistant", content: json });
  });

  it.each([
    ["content is there", { content: "{}", reasoning_content: json }],
    ["it is no JSON", { content: "", reasoning_content: "I think so" }],
    ["it is cut off", { content: "", reasoning_content: '{"city"' }],
    ["tools are called", { content: "", reasoning_content: json, tool_calls: [{ id: "a" }] }],
  ])("leaves reasoning alone where %s", (_why, message) => {
    expect(runAnswer([mend], answerOf(message), facts).applied).toEqual([]);
  });

  it("does nothing where no structured output was asked", () => {
    const answer = answerOf({ content: "", reasoning_content: json });
    expect(runAnswer([mend], answer, factsOf({ response_format: { type: "text" } })).applied).toEqual([]);
  });

  it("streams it as content once it is whole, however it was cut", () => {
    for (const length of [1, 3, 100]) {
      const { sent } = runStream([mend], [...cut(json, [length]).map(thought), chunkOf({}, "stop")], facts);
      expect(joined(sent, "content")).toBe(json);
      expect(joined(sent, "reasoning_content")).toBe("");
      expect(finishesOf(sent)).toEqual(["stop"]);
    }
  });

  it("takes the last piece with the finish along", () => {
    const chunks = [thought('{"city":'), chunkOf({ reasoning_content: '"Oslo"}' }, "stop")];
    const { sent } = runStream([mend], chunks, facts);
    expect(joined(sent, "content")).toBe('{"city":"Oslo"}');
    expect(deltasOf(sent).at(-1)).toEqual({});
    expect(finishesOf(sent)).toEqual(["stop"]);
  });

  it("gives it out at the end of a stream without a finish", () => {
    expect(joined(runStream([mend], [thought(json)], facts).sent, "content")).toBe(json);
  });

  it("does not hold reasoning back that is plainly none", () => {
    const { sentAfter } = runStream([mend], [thought("Let me"), thought(" see {")], facts);
    expect(sentAfter.map((sent) => joined(sent, "reasoning_content"))).toEqual(["Let me", "Let me see {"]);
  });

  it("gives reasoning out as such when content follows, or when it is cut off", () => {
    const followed = runStream(
      [mend],
      [thought(json), chunkOf({ content: "{}" }), chunkOf({}, "stop")],
      facts,
    ).sent;
    expect([joined(followed, "reasoning_content"), joined(followed, "content")]).toEqual([json, "{}"]);
    const cutOff = runStream([mend], [thought('{"city"'), chunkOf({}, "length")], facts).sent;
    expect([joined(cutOff, "reasoning_content"), joined(cutOff, "content")]).toEqual(['{"city"', ""]);
  });
});
