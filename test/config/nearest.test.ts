/** Which names count as near, and in which order. */
import { describe, expect, test } from "vitest";
import { findNearest } from "../../src/config/nearest.ts";

const models = [
  "qwen/qwen3-8b",
  "meta-llama-3.1-8b-instruct",
  "llama-3.1-8b-instruct",
  "text-embedding-nomic-embed-text-v1.5",
  "gpt-3.5-turbo",
  "gpt-4",
  "gpt-4o",
  "mistral-7b",
];

describe("findNearest", () => {
  test.each([
    ["qwen", "qwen/qwen3-8b"],
    ["Qwen3-8B", "qwen/qwen3-8b"],
    ["gpt-4-turbo", "gpt-4"],
    ["gpt-4o-mini", "gpt-4o"],
    ["GPT_4O", "gpt-4o"],
    ["gpt4", "gpt-4"],
    ["llama3", "llama-3.1-8b-instruct"],
    ["nomic", "text-embedding-nomic-embed-text-v1.5"],
    ["text-embedding-3-small", "text-embedding-nomic-embed-text-v1.5"],
    ["mistal-7b", "mistral-7b"],
  ])("%s is nearest to %s", (name, nearest) => {
    expect(findNearest(name, models)[0]).toBe(nearest);
  });

  test.each(["claude-3-opus", "dall-e", "", "-", "x"])("nothing is near %j", (name) => {
    expect(findNearest(name, models)).toEqual([]);
  });

  test.each([
    ["prot", "port"],
    ["hots", "host"],
    ["modle_mapping", "model_mapping"],
    ["modelMapping", "model_mapping"],
    ["models", "model_mapping"],
    ["base_url", "url"],
    ["api_keys", "valid_api_keys"],
  ])("a swapped, missing or added letter: %s is %s", (name, nearest) => {
    const keys = ["host", "port", "model_mapping", "url", "valid_api_keys", "backends", "stream"];
    expect(findNearest(name, keys, 1)).toEqual([nearest]);
  });

  test("gives at most as many as asked, without repeating one", () => {
    expect(findNearest("gpt-4", ["gpt-4", "gpt-4", "gpt-4o", "gpt-4-mini", "gpt-41"])).toHaveLength(3);
    expect(findNearest("gpt-4", ["gpt-4", "gpt-4", "gpt-4o"], 2)).toEqual(["gpt-4", "gpt-4o"]);
    expect(findNearest("gpt-4", new Set(models), 0)).toEqual([]);
  });

  test("a name of a megabyte among many costs no more than a short one", () => {
    const many = Array.from({ length: 5000 }, (_, index) => `model-${index}-instruct`);
    const started = performance.now();
    expect(findNearest("model-4999-instrct", many, 1)).toEqual(["model-4999-instruct"]);
    findNearest("x".repeat(1_000_000), many);
    // About 30 ms; the bound only tells a quadratic mistake from a slow machine.
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
