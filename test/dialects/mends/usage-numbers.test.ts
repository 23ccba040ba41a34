import { describe, expect, it } from "vitest";
import { usageNumbers as mend } from "../../../src/dialects/mends/usage-numbers.ts";
import { answerOf, chunkOf, factsOf, runAnswer, runStream } from "./answers.ts";

const usageOf = (usage: unknown, facts = factsOf()) =>
  runAnswer([mend], { ...answerOf({ content: "x" }), usage }, facts).body["usage"];

describe("usage-numbers", () => {
  it.each([
    [
      { prompt_tokens: 3, completion_tokens: 4 },
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    ],
    [
      { prompt_tokens: 3, total_tokens: 7 },
      { prompt_tokens: 3, total_tokens: 7, completion_tokens: 4 },
    ],
    [
      { prompt_tokens: 2.6, completion_tokens: 4.0, total_tokens: 6.6, details: { cached: 0.2 } },
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, details: { cached: 0 } },
    ],
    [
      { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, prompt_tokens_details: null },
      { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    ],
  ])("makes of %j whole counts", (before, after) => {
    expect(usageOf(before)).toEqual(after);
  });

  it.each([[null], [undefined], [{}], [{ prompt_tokens: 0, total_tokens: 0 }]])(
    "estimates and marks them where the backend says %j",
    (usage) => {
      const asked = {
        messages: [{ role: "user", content: "twelve bytes" }, { content: [{ type: "text", text: "four" }] }],
      };
      expect(usageOf(usage, factsOf(asked))).toEqual({
        prompt_tokens: 5,
        completion_tokens: 1,
        total_tokens: 6,
        x_estimated: true,
      });
    },
  );

  it("estimates those of embeddings, which have no completion", () => {
    const facts = factsOf({ input: ["four", "five"] }, "embeddings");
    const zeros = { object: "list", data: [], usage: { prompt_tokens: 0, total_tokens: 0 } };
    expect(runAnswer([mend], zeros, facts).body["usage"]).toEqual({
      prompt_tokens: 3,
      total_tokens: 3,
      x_estimated: true,
    });
    const told = { ...zeros, usage: { prompt_tokens: 2, total_tokens: 2 } };
    expect(runAnswer([mend], told, facts).applied).toEqual([]);
  });

  it("mends counts in a stream, and adds none", () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4.2 };
    const { sent } = runStream(
      [mend],
      [chunkOf({ content: "x" }), { ...chunkOf({}), usage: null }, { choices: [], usage }],
    );
    expect(sent.map((chunk) => chunk["usage"])).toEqual([
      undefined,
      null,
      { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    ]);
  });

  it("leaves whole counts alone", () => {
    expect(runAnswer([mend], answerOf({ content: "x" })).applied).toEqual([]);
  });
});
