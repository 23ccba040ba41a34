import { expect, it } from "vitest";
import { estimateRequest } from "../../src/admission/estimate.ts";

const estimate = (fields: Record<string, unknown>) =>
  estimateRequest(fields, new TextEncoder().encode(JSON.stringify(fields)).byteLength);

const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const data = `data:image/png;base64,${"A".repeat(100_000)}`;

it.each<[string, Record<string, unknown>, number]>([
  ["four bytes a token, the role too", user("x".repeat(400)), 101],
  ["the longest answer where that is more", { ...user("Hi"), max_tokens: 500 }, 500],
  ["the newer name of it first", { ...user("Hi"), max_completion_tokens: 70, max_tokens: 500 }, 70],
  ["each choice's answer", { ...user("Hi"), max_tokens: 500, n: 3 }, 1500],
  ["the prompt where that is more", { ...user("x".repeat(4000)), max_tokens: 10 }, 1001],
  ["bytes, not letters", { prompt: "ä".repeat(200) }, 100],
  ["a pair of halves as one", { prompt: "😀".repeat(100) }, 100],
  ["one a number", { input: [1, 2, 3, 4, 5] }, 5],
  [
    "more numbers than the longest answer has",
    { input: Array.from({ length: 90 }, () => 1), max_tokens: 80 },
    90,
  ],
  ["several inputs together", { input: ["x".repeat(40), "x".repeat(40)] }, 20],
  ["no image", user([{ type: "image_url", image_url: { url: data } }]), 4],
  ["at least one", { messages: [] }, 1],
])("counts %s", (_case, fields, tokens) => {
  expect(estimate(fields)).toBe(tokens);
});

it("does not go down for ever", () => {
  let nested: unknown = "text";
  for (let depth = 0; depth < 10_000; depth++) nested = [nested];
  expect(estimateRequest({ input: nested }, 20_004)).toBe(1);
});
