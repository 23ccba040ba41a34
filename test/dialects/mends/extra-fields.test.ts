import { describe, expect, it } from "vitest";
import { extraFields as mend } from "../../../src/dialects/mends/extra-fields.ts";
import { answerOf, chunkOf, firstOf, runAnswer, runStream } from "./answers.ts";

const extras = {
  stats: {},
  timings: { prompt_n: 1 },
  model_info: {},
  runtime: {},
  __verbose: {},
  prompt_logprobs: null,
};

describe("extra-fields", () => {
  it("takes them out of answers and of their choices, and keeps what else is unknown", () => {
    const answer = { ...answerOf({ content: "x" }), service_tier: null, own: 1 };
    const choices = [{ ...firstOf(answerOf({ content: "x" })), stop_reason: null, mood: "good" }];
    const { body } = runAnswer([mend], { ...answer, ...extras, choices });
    expect(body).toEqual({ ...answer, choices: [{ ...firstOf(answerOf({ content: "x" })), mood: "good" }] });
  });

  it("takes them out of chunks", () => {
    const { sent } = runStream(
      [mend],
      [{ ...chunkOf({ content: "x" }), ...extras, prompt_progress: { total: 1 } }],
    );
    expect(sent).toEqual([chunkOf({ content: "x" })]);
  });

  it("leaves an answer without them alone", () => {
    expect(runAnswer([mend], answerOf({ content: "x" })).applied).toEqual([]);
    expect(runStream([mend], [chunkOf({ content: "x" })]).applied).toEqual([]);
  });
});
