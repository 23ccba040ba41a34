import { describe, expect, it } from "vitest";
import { answerEnvelope as mend } from "../../../src/dialects/mends/answer-envelope.ts";
import { answerOf, chunkOf, factsOf, runAnswer, runStream, spoken } from "./answers.ts";

const completions = factsOf({}, "completions");
const fieldOf = (key: string, value: unknown, facts = factsOf()) =>
  runAnswer([mend], { ...answerOf({ content: "x" }), [key]: value }, facts).body[key];

describe("answer-envelope", () => {
  it.each([
    ["chatcmpl-abc", "chatcmpl-abc"],
    ["abc", "chatcmpl-abc"],
    ["cmpl-abc", "chatcmpl-abc"],
  ])("gives a chat answer's id %j the right prefix", (before, after) => {
    expect(fieldOf("id", before)).toBe(after);
  });

  it("gives completions theirs, and makes a missing id from the answer alone", () => {
    expect(fieldOf("id", "chatcmpl-abc", completions)).toBe("cmpl-abc");
    expect(fieldOf("id", undefined)).toMatch(/^chatcmpl-\w{29}$/);
    expect(fieldOf("id", "")).not.toBe(fieldOf("id", undefined, factsOf({ seed: 1 })));
    expect(fieldOf("id", "")).toBe(fieldOf("id", ""));
  });

  it.each([
    [12, 12],
    [12.7, 12],
    [1747835957123, 1747835957],
    ["1747835957", 1747835957],
    [undefined, 1_700_000_000],
    [null, 1_700_000_000],
  ])("makes of created %j %j", (before, after) => {
    expect(fieldOf("created", before)).toBe(after);
  });

  it.each([
    ["b500-de3ff81", "b500-de3ff81"],
    ["box-model", expect.stringMatching(/^fp_[0-9a-z]{10}$/)],
    [null, undefined],
    [7, undefined],
  ])("makes of system_fingerprint %j %j", (before, after) => {
    expect(fieldOf("system_fingerprint", before)).toEqual(after);
  });

  it("names the object and fills choices", () => {
    expect(fieldOf("object", undefined)).toBe("chat.completion");
    expect(fieldOf("object", "chat.completion", completions)).toBe("text_completion");
    expect(fieldOf("choices", undefined)).toEqual([]);
    expect(runStream([mend], [{ ...spoken("a"), object: "x" }]).sent[0]?.["object"]).toBe(
      "chat.completion.chunk",
    );
    expect(runStream([mend], [spoken("a")], completions).sent[0]?.["object"]).toBe("text_completion");
  });

  it("keeps the first chunk's id and time through a stream", () => {
    const { sent } = runStream(
      [mend],
      [
        { ...chunkOf({}), id: "a", created: 5 },
        { ...chunkOf({}), id: "b", created: 6 },
        { choices: [], usage: {} },
      ],
    );
    expect(sent.map(({ id, created }) => [id, created])).toEqual([1, 2, 3].map(() => ["chatcmpl-a", 5]));
  });

  it("fills the items of an embeddings answer", () => {
    const facts = factsOf({}, "embeddings");
    const { body } = runAnswer(
      [mend],
      { data: [{ embedding: [1] }, { embedding: [2], index: 1 }], own: 1 },
      facts,
    );
    expect(body).toEqual({
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [1] },
        { object: "embedding", index: 1, embedding: [2] },
      ],
      own: 1,
    });
    expect(runAnswer([mend], body, facts).applied).toEqual([]);
  });

  it("leaves a whole envelope alone", () => {
    expect(runAnswer([mend], answerOf({ content: "x" })).applied).toEqual([]);
  });
});
