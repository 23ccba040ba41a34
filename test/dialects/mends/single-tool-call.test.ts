import { describe, expect, it } from "vitest";
import { singleToolCall } from "../../../src/dialects/mends/single-tool-call.ts";
import { answerOf, chunkOf, deltasOf, factsOf, messageOf, runAnswer, runStream } from "./answers.ts";

const facts = factsOf({ parallel_tool_calls: false });
const call = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });

describe("single-tool-call", () => {
  it("keeps the first call of an answer only", () => {
    const { body } = runAnswer([singleToolCall], answerOf({ tool_calls: [call("a"), call("b")] }), facts);
    expect(messageOf(body)["tool_calls"]).toEqual([call("a")]);
  });

  it.each([[{}], [{ parallel_tool_calls: true }], [{ parallel_tool_calls: null }]])(
    "leaves all when asked %j",
    (asked) => {
      const answer = answerOf({ tool_calls: [call("a"), call("b")] });
      expect(runAnswer([singleToolCall], answer, factsOf(asked)).body).toBe(answer);
    },
  );

  it("drops the pieces of later calls in a stream, and chunks with nothing else", () => {
    const { sent } = runStream(
      [singleToolCall],
      [
        chunkOf({
          tool_calls: [
            { index: 0, ...call("a") },
            { index: 1, ...call("b") },
          ],
        }),
        chunkOf({ tool_calls: [{ index: 1, function: { arguments: "{" } }] }),
        chunkOf({ content: "x", tool_calls: [{ index: 1, function: { arguments: "}" } }] }),
        chunkOf({ tool_calls: [{ index: 0, function: { arguments: "" } }] }),
        chunkOf({}, "tool_calls"),
      ],
      facts,
    );
    expect(deltasOf(sent)).toEqual([
      { tool_calls: [{ index: 0, ...call("a") }] },
      { content: "x" },
      { tool_calls: [{ index: 0, function: { arguments: "" } }] },
      {},
    ]);
  });
});
