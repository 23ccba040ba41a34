/** The model list, the paths it is found under, health, and browsers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { portableFetchInit } from "../../src/runtime.ts";
import { chatAnswer, deadUrl, type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
  upstream.models = ["qwen/qwen3-8b", "local-chat", "text-embedding-local"];
  app = createTestApp({
    backends: { box: { url: upstream.url }, twin: { url: upstream.url } },
    model_mapping: { "gpt-4o": "local-chat", "gpt-4*": "local-chat", "local-chat": "qwen/qwen3-8b" },
  });
});
afterEach(() => upstream.stop());

const idsOf = async (response: Response) =>
  ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);

describe("GET /v1/models", () => {
  it("lists aliases and local models once each, in OpenAI's shape", async () => {
    const response = await app.request("/v1/models");
    const body = (await response.json()) as { object: string; data: Record<string, unknown>[] };
    expect(body.object).toBe("list");
    expect(body.data.map(({ id }) => id)).toEqual([
      "gpt-4o",
      "local-chat",
      "qwen/qwen3-8b",
      "text-embedding-local",
    ]);
    for (const model of body.data) {
      expect(Object.keys(model).sort()).toEqual(["created", "id", "object", "owned_by"]);
      expect(Number.isInteger(model["created"])).toBe(true);
    }
  });

  it.each(["/v1/models", "/models", "/v1//models", "//v1/models/", "/v1/v1/models"])(
    "is found under %s",
    async (path) => {
      expect(await idsOf(await app.request(path))).toContain("gpt-4o");
    },
  );

  it.each(["/v1/models/qwen/qwen3-8b", "/v1/models/qwen%2Fqwen3-8b", "/models/qwen/qwen3-8b"])(
    "finds an id with a slash: %s",
    async (path) => {
      expect(await (await app.request(path)).json()).toMatchObject({ id: "qwen/qwen3-8b", object: "model" });
    },
  );

  it("knows a name that only a pattern serves, and 404s one that nothing serves", async () => {
    expect((await app.request("/v1/models/gpt-4-turbo")).status).toBe(200);
    const response = await app.request("/v1/models/nobody");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "model_not_found", param: "model" } });
  });

  it("says what is wrong when no backend answers and no alias is known", async () => {
    app = createTestApp({ backends: { box: { url: await deadUrl() } } });
    const response = await app.request("/v1/models");
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining("is its server started?") },
    });
  });
});

describe("chat", () => {
  it.each(["/v1/chat/completions", "/chat/completions", "/v1//chat/completions/"])(
    "is found under %s",
    async (path) => {
      const body = '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}';
      expect((await app.request(path, { method: "POST", body })).status).toBe(200);
      expect(await upstream.received(0)).toMatchObject({ url: "/v1/chat/completions" });
    },
  );
});

describe("health", () => {
  it("tells status, backend, uptime, version and the state of each backend", async () => {
    expect(await (await app.request("/health")).json()).toMatchObject({
      status: "ok",
      backend: "connected",
      uptime: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      backends: { box: { status: "up", models: 3, problem: null }, twin: { status: "up" } },
    });
  });

  it("is degraded while one backend is down, and not ready for whoever requires one while all are", async () => {
    const dead = await deadUrl();
    app = createTestApp({ backends: { box: { url: upstream.url }, gone: { url: dead } } });
    expect(await (await app.request("/health")).json()).toMatchObject({
      status: "degraded",
      backends: { gone: { status: "down", problem: expect.stringContaining("refused") } },
    });
    expect((await app.request("/health/ready")).status).toBe(200);
    app = createTestApp({ backends: { gone: { url: dead } } });
    expect((await app.request("/health")).status).toBe(200);
    const ready = await app.request("/health/ready");
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", backends: "unreachable" }]);
    expect((await app.request("/health/ready?backends=required")).status).toBe(503);
    expect((await app.request("/health/live")).status).toBe(200);
  });

  it("recovers by itself when the backend comes back", async () => {
    let isUp = false;
    app = createTestApp(
      { backends: { box: { url: upstream.url } } },
      {
        fetch: (url, init) =>
          isUp
            ? fetch(url, portableFetchInit(init))
            : Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })),
      },
    );
    expect((await app.request("/health/ready?backends=required")).status).toBe(503);
    isUp = true;
    expect((await app.chat({ model: "local-chat" })).status).toBe(200);
    expect((await app.request("/health/ready?backends=required")).status).toBe(200);
  });
});

describe("browsers", () => {
  it("may call from any origin by default, and read the headers that SDKs read", async () => {
    const response = await app.chat({ model: "gpt-4o" }, { headers: { origin: "http://app.test" } });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-expose-headers")).toContain("x-request-id");
  });

  it("may call only from the origins that the operator lists", async () => {
    app = createTestApp({
      backends: { box: { url: upstream.url } },
      server: { cors_origins: ["http://app.test"] },
    });
    const from = (origin: string) => app.request("/v1/models", { headers: { origin } });
    expect((await from("http://app.test")).headers.get("access-control-allow-origin")).toBe(
      "http://app.test",
    );
    expect((await from("http://evil.test")).headers.has("access-control-allow-origin")).toBe(false);
  });

  it("see errors too", async () => {
    const response = await app.request("/v1/chat/completions", {
      method: "POST",
      body: "",
      headers: { origin: "http://a.test" },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
  });
});
