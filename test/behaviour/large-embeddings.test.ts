/** Embeddings of more bytes than are worth parsing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeFloats } from "../../src/protocol/base64-floats.ts";
import { type FakeUpstream, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
/** As a box writes them: no two servers print a number the same way. */
const vector = (place: number) =>
  `[${Array.from({ length: 300 }, (_none, index) => `${place}.${index}0`).join(", ")}, -1.5e-07]`;
const count = 40;

beforeEach(async () => {
  upstream = await startUpstream((_request, response) => {
    const items = Array.from(
      { length: count },
      (_none, place) => `{"embedding": ${vector(place)}, "index": ${place}, "encoding_format": "float"}`,
    );
    response.setHeader("content-type", "application/json");
    response.end(
      `{"model": "local", "stats": {}, "data": [${items.join(",\n")}], "usage": {"prompt_tokens": 7, "total_tokens": 7}}`,
    );
  });
});
afterEach(() => upstream.stop());

interface Answer {
  readonly object?: string;
  readonly model: string;
  readonly stats?: unknown;
  readonly data: readonly { readonly object?: string; readonly index: number; readonly embedding: unknown }[];
}

async function ask(type: "lmstudio" | "openai", more: object = {}) {
  const app = createTestApp({
    backends: { box: { url: upstream.url, type } },
    model_mapping: { embedder: "text-embedding-local" },
  });
  const response = await app.request("/v1/embeddings", {
    method: "POST",
    body: JSON.stringify({ model: "embedder", input: ["text"], ...more }),
  });
  const text = await response.text();
  return { response, text, answer: JSON.parse(text) as Answer };
}

describe.each(["lmstudio", "openai"] as const)("by a backend of type %s", (type) => {
  it("keep each digit of their numbers, under the client's name for the model", async () => {
    const { response, text, answer } = await ask(type);
    expect(response.status).toBe(200);
    expect(answer.model).toBe("embedder");
    expect(text).toContain(vector(0));
    expect(answer.data.map(({ embedding }) => embedding)).toEqual(
      Array.from({ length: count }, (_none, place) => JSON.parse(vector(place)) as unknown),
    );
  });
});

it("are mended around their numbers", async () => {
  const { response, answer } = await ask("lmstudio");
  expect(answer).toMatchObject({ object: "list", usage: { prompt_tokens: 7 } });
  expect(answer).not.toHaveProperty("stats");
  expect(answer.data[3]).toEqual({
    object: "embedding",
    index: 3,
    embedding: JSON.parse(vector(3)) as unknown,
  });
  expect(response.headers.get("x-proxy-mends")).toContain("answer-envelope");
});

it("are packed and cut where the client asks for that", async () => {
  const packed = (await ask("lmstudio", { encoding_format: "base64" })).answer.data[2]?.embedding;
  expect([...(decodeFloats(String(packed)) ?? [])].slice(0, 2)).toEqual([2, Math.fround(2.1)]);
  const cut = (await ask("lmstudio", { dimensions: 2 })).answer.data[0]?.embedding;
  expect(cut).toHaveLength(2);
});
