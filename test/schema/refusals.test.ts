/** What the proxy itself refuses, it refuses in OpenAI's words. */
import { expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { createTestApp } from "../support/test-app.ts";
import { exchange } from "./ask.ts";
import type { Ask } from "./model-asks.ts";
import { findDeviations } from "./deviations.ts";

const backends = { box: { url: "http://box.test", type: "lmstudio" as const } };
const keyed = { enabled: true, valid_api_keys: ["sk-0123456789abcdef"] };
const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };
const chatPath = "/v1/chat/completions";

const cases: readonly (readonly [name: string, ask: Ask, status: number, config?: Partial<ConfigInput>])[] = [
  ["a request without a key", ["", chatPath, chat], 401, { authentication: keyed }],
  ["a wrong key", ["", chatPath, chat, { authorization: "Bearer sk-wrong" }], 401, { authentication: keyed }],
  ["a list of models without a key", ["", "/v1/models", undefined], 401, { authentication: keyed }],
  [
    "a body that is too large",
    ["", chatPath, { ...chat, user: "u".repeat(2_000) }],
    413,
    { request: { max_content_length: 1_000 } },
  ],
  ["another method", ["", "/v1/embeddings", undefined], 405],
  ["a chat whose backend cannot be reached", ["", chatPath, chat], 502],
  ["a stream whose backend cannot be reached", ["", chatPath, { ...chat, stream: true }], 502],
  [
    "embeddings whose backend cannot be reached",
    ["", "/v1/embeddings", { model: "gpt-4o", input: "a" }],
    502,
  ],
  ["an unknown path whose backend cannot be reached", ["", "/v1/files", undefined], 502],
];

it.for(cases)("refuses %s", async ([, ask, status, config = {}]) => {
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }));
  const proxy = createTestApp(
    {
      backends,
      model_mapping: { "gpt-4o": "local" },
      ...config,
      request: { max_retries: 0, ...config.request },
    },
    { fetch },
  );
  const exchanged = await exchange(ask, proxy.request);
  expect(exchanged.status).toBe(status);
  expect(findDeviations(exchanged)).toEqual([]);
});
