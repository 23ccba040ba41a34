/** Log probabilities as llama-server tells them, in OpenAI's form. */
import { describe, expect, it } from "vitest";
import { runAnswer, runStream } from "../../support/run-mends.ts";

const alternative = (token: string) => ({ id: 7, token, logprob: -1, bytes: [97] });
const token = { ...alternative("a"), top_logprobs: ["a", "b", "c"].map(alternative) };
const choice = { index: 0, logprobs: { content: [token] } };
const run = (top?: number) => ({
  only: ["logprobs-shape"],
  type: "llama-server" as const,
  asked: { logprobs: true, ...(top === undefined ? {} : { top_logprobs: top }) },
});
const shaped = (count: number) => {
  const plain = (name: string) => ({ token: name, logprob: -1, bytes: [97] });
  const top = ["a", "b", "c"].slice(0, count).map(plain);
  return { refusal: null, content: [{ ...plain("a"), top_logprobs: top }] };
};

describe("log probabilities", () => {
  it.each([
    [undefined, 0],
    [2, 2],
    [20, 3],
  ])("with top_logprobs %j have %i alternatives, and no ids", (top, count) => {
    const expected = [{ index: 0, logprobs: shaped(count) }];
    expect(runAnswer({ choices: [choice] }, run(top)).body["choices"]).toEqual(expected);
    expect(runStream([{ choices: [choice] }], run(top))).toEqual([{ choices: expected }]);
  });

  it("that are null stay so, and those that nobody asked for too", () => {
    const none = { choices: [{ index: 0, logprobs: null }] };
    expect(runAnswer(none, run()).applied).toEqual([]);
    expect(runAnswer({ choices: [choice] }, { ...run(), asked: {} }).applied).toEqual([]);
  });
});
