/** Embeddings of more inputs than a backend takes at once. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { decodeFloats } from "../../src/protocol/base64-floats.ts";
import { type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
const inputOf = (body: Buffer) => (JSON.parse(body.toString()) as { input: string[] }).input;

beforeEach(async () => {
  upstream = await startUpstream(({ body }, response) => {
    const input = [inputOf(body)].flat();
    // In any order: the index says which is which.
    const data = input.map((text, index) => ({ object: "embedding", index, embedding: [text.length, 1] }));
    const usage = { prompt_tokens: input.length, total_tokens: input.length };
    sendJson(response, 200, { object: "list", model: "local", data: data.toReversed(), usage });
  });
  app = createTestApp({
    backends: { box: { url: upstream.url } },
    model_mapping: { "text-embedding-3-small": "text-embedding-local" },
    model_options: { "text-embedding-*": { embedding_batch: 3 } },
  });
});
afterEach(() => upstream.stop());

const texts = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"];
const ask = (more: object = {}) =>
  app.request("/v1/embeddings", {
    method: "POST",
    body: JSON.stringify({ model: "text-embedding-3-small", input: texts, ...more }),
  });

it("come back as one answer in order, with the usage summed and the mend named", async () => {
  const response = await ask();
  const answer = (await response.json()) as { data: { index: number; embedding: number[] }[] };
  expect(answer).toMatchObject({
    object: "list",
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
  expect(answer.data.map(({ index, embedding }) => [index, embedding[0]])).toEqual(
    texts.map((text, index) => [index, text.length]),
  );
  expect(upstream.requests.map(({ body }) => inputOf(body).length)).toEqual([3, 3, 1]);
  expect(response.headers.get("x-proxy-mends")).toContain("embedding-batches");
});

it("are packed as base64 and cut to dimensions all the same", async () => {
  const answer = (await (await ask({ encoding_format: "base64", dimensions: 1 })).json()) as {
    data: { embedding: string }[];
  };
  expect(answer.data.map(({ embedding }) => [...(decodeFloats(embedding) ?? [])])).toEqual(
    texts.map(() => [1]),
  );
});

it("fail as a whole with the first part that fails, and nothing more is sent", async () => {
  const answer = upstream.handle;
  upstream.handle = (request, response, raw) =>
    upstream.requests.length === 2
      ? sendJson(response, 400, { error: "input is too long" })
      : answer(request, response, raw);
  const response = await ask();
  expect(response.status).toBe(400);
  expect(upstream.requests).toHaveLength(2);
  expect(await app.inFlight()).toBe(0);
});

it("are one request where they fit, and where the input is the tokens of one text", async () => {
  await ask({ input: texts.slice(0, 3) });
  await ask({ input: [9906, 1917, 0, 1, 2] });
  expect(upstream.requests).toHaveLength(2);
});
