/** An answer that the proxy has to read and cannot: the client learns of it, and the box's place is free again. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeUpstream, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let box: FakeUpstream;
let vector = "";
beforeEach(async () => {
  box = await startUpstream((_request, response) => {
    response.setHeader("content-type", "application/json");
    const item = (index: number) => `{"object":"embedding","index":${index},"embedding":[${vector}]}`;
    response.end(
      `{"object":"list","model":"m","data":[${item(0)},${item(1)}],"usage":{"prompt_tokens":1,"total_tokens":1}}`,
    );
  });
});
afterEach(() => box.stop());

/** Long answers are not parsed on their way. */
const numbers = (first: string) => [first, ...Array.from({ length: 8_000 }, () => "0.125")].join(",");

describe("embeddings in several requests", () => {
  it("with a number that is none end in 502, and the next ones are answered", async () => {
    const app = createTestApp({
      backends: { box: { url: box.url, type: "lmstudio", max_concurrency: 1 } },
      model_mapping: { embedder: "text-embedding-a" },
      model_options: { "*": { embedding_batch: 2 } },
      queue: { max_wait: 0.2 },
    });
    const ask = async () =>
      app.request("/v1/embeddings", {
        method: "POST",
        body: JSON.stringify({
          model: "embedder",
          input: ["a", "b", "c", "d"],
          encoding_format: "float",
        }),
      });
    vector = numbers("NaN");
    const broken = await ask();
    expect(broken.status).toBe(502);
    expect(await broken.json()).toMatchObject({ error: { code: "backend_answer_malformed" } });
    expect(await app.inFlight()).toBe(0);
    vector = numbers("1");
    expect((await ask()).status).toBe(200);
  });
});
