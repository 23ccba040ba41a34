/** A key opens what it is for and shows nothing else. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { chatAnswer, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
});
afterEach(() => upstream.stop());

type KeyInput = Partial<NonNullable<ConfigInput["keys"]>[number]>;

const appWith = (key: KeyInput) =>
  createTestApp({
    backends: { box: { url: upstream.url } },
    model_mapping: { "gpt-4o": "local-chat", "o3-mini": "local-chat", "o4-*": "local-chat" },
    keys: [{ name: "team-a", secret: "sk-a", ...key }],
  });
const asA = { headers: { authorization: "Bearer sk-a" } };

describe("a key by its digest", () => {
  it("lets its owner in, under the key's name, and nobody else", async () => {
    const app = createTestApp({
      backends: { box: { url: upstream.url } },
      keys: [{ name: "team-a", sha256: await digestOf("sk-secret-of-team") }],
    });
    const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const letIn = await app.chat({}, bearer("sk-secret-of-team"));
    expect([letIn.status, letIn.headers.get("openai-organization")]).toEqual([200, "team-a"]);
    expect((await app.chat({}, bearer(await digestOf("sk-secret-of-team")))).status).toBe(401);
    expect((await app.chat({}, bearer("sk-secret-of-tean"))).status).toBe(401);
    expect((await app.chat({})).status).toBe(401);
    const health = (await (await app.request("/health", bearer("sk-secret-of-team"))).json()) as {
      backends: { box: { url?: string } };
    };
    expect(health.backends.box.url).toBe(upstream.url);
  });
});

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}

describe("a key for some models", () => {
  it("is refused others as OpenAI does, before a backend hears of it", async () => {
    const app = appWith({ models: ["gpt-*", "o4-*"] });
    expect((await app.chat({ model: "gpt-4o" }, asA)).status).toBe(200);
    expect((await app.chat({ model: "o4-mini" }, asA)).status).toBe(200);
    const refused = await app.chat({ model: "o3-mini" }, asA);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({
      error: {
        message:
          "The key 'team-a' does not have access to the model `o3-mini`. GET /v1/models lists those that it may use.",
        type: "invalid_request_error",
        param: null,
        code: "model_not_found",
      },
    });
    expect(upstream.requests).toHaveLength(2);
  });

  it("is shown those alone", async () => {
    const app = appWith({ models: ["gpt-*", "o4-*"] });
    const list = (await (await app.request("/v1/models", asA)).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(["gpt-4o"]);
    for (const [id, status] of [
      ["gpt-4o", 200],
      ["o4-mini", 200],
      ["o3-mini", 404],
      ["local-chat", 404],
    ] as const) {
      expect([id, (await app.request(`/v1/models/${id}`, asA)).status]).toEqual([id, status]);
    }
    const other = appWith({ models: ["gpt-*"] });
    expect((await other.request("/v1/models/o4-mini", asA)).status).toBe(404);
  });

  it("does not get around them by a path that is only passed on", async () => {
    const body = JSON.stringify({ model: "local-chat", messages: [] });
    const limited = { models: ["gpt-*"] };
    const passing: KeyInput = { ...limited, endpoints: ["other"] };
    const cases: readonly (readonly [KeyInput, number])[] = [
      [limited, 403],
      [passing, 200],
      [{}, 200],
    ];
    for (const [key, status] of cases) {
      const response = await appWith(key).request("/api/v0/chat/completions", {
        method: "POST",
        body,
        ...asA,
      });
      expect([key, response.status]).toEqual([key, status]);
    }
  });

  it("holds by every door", async () => {
    const app = appWith({ models: ["gpt-*"] });
    const init = { method: "POST", body: JSON.stringify({ messages: [{ role: "user", content: "Hi" }] }) };
    const path = (model: string) => `/openai/deployments/${model}/chat/completions?api-version=1`;
    expect((await app.request(path("gpt-4o"), { ...init, ...asA })).status).toBe(200);
    expect((await app.request(path("o3-mini"), { ...init, ...asA })).status).toBe(403);
  });
});

describe("a key for some endpoints", () => {
  it("is told which, where it asks for others", async () => {
    const app = appWith({ endpoints: ["embeddings", "models"] });
    const refused = await app.chat({}, asA);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      error: {
        message: expect.stringContaining('which counts as "chat". It may use: embeddings, models.'),
        type: "invalid_request_error",
        code: "endpoint_not_allowed",
      },
    });
    expect((await app.request("/v1/models", asA)).status).toBe(200);
    expect((await app.request("/v1/responses/resp_1", asA)).status).toBe(403);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("most messages in a request", () => {
  it.each([
    ["/v1/chat/completions", "messages", 2, 200],
    ["/v1/chat/completions", "messages", 3, 400],
    ["/v1/messages", "messages", 3, 400],
    ["/v1/responses", "input", 3, 400],
  ])("%s with %s of %d gets %d", async (path, field, count, status) => {
    const app = createTestApp({ backends: { box: { url: upstream.url } }, limits: { messages: 2 } });
    const list = Array.from({ length: count }, () => ({ role: "user", content: "Hi" }));
    const response = await app.request(path, {
      method: "POST",
      body: JSON.stringify({ model: "local-chat", max_tokens: 5, [field]: list }),
    });
    expect(response.status).toBe(status);
    const told = (await response.json()) as { error?: { message: string; param: string } };
    expect(told.error?.message).toBe(
      status === 200
        ? undefined
        : `Invalid '${field}': array too long. At most 2 are let through here, and this one has 3.`,
    );
  });
});
