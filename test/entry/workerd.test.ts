/** The Worker's door: the configuration from its bindings, and what it answers where that is broken. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type door from "../../src/entry/workerd.ts";

let worker: typeof door;
let lines: unknown[];
beforeEach(async () => {
  lines = [];
  vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  // A fresh isolate for each test.
  vi.resetModules();
  worker = (await import("../../src/entry/workerd.ts")).default;
});
afterEach(() => void vi.restoreAllMocks());

async function ask(bindings: Record<string, unknown>, path = "/v1/models", headers = {}) {
  const response = await worker.fetch(new Request(`https://proxy.test${path}`, { headers }), bindings);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

const backends = { simulator: { url: "simulator:" } };

describe("CONFIG", () => {
  it.each<[string, unknown]>([
    ["YAML", 'backends: { simulator: { url: "simulator:" } }\nmodel_mapping: { gpt-4o: x }'],
    ["JSON", JSON.stringify({ backends, model_mapping: { "gpt-4o": "x" } })],
    ["an object", { backends, model_mapping: { "gpt-4o": "x" } }],
  ])("may be %s", async (_name, CONFIG) => {
    const { status, body } = await ask({ CONFIG });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('"gpt-4o"');
  });

  it("is filled from the other bindings", async () => {
    const authentication = { enabled: true, valid_api_keys: ["${PROXY_KEY}"] };
    const bindings = {
      CONFIG: { backends, authentication },
      PROXY_KEY: "sk-proxy",
      OTHER: { some: "service" },
    };
    expect((await ask(bindings)).status).toBe(401);
    expect((await ask(bindings, "/v1/models", { authorization: "Bearer sk-proxy" })).status).toBe(200);
  });

  it("answers each request with its problem where it is broken, without a secret", async () => {
    const CONFIG =
      "authentication: { enabled: true, valid_api_keys: [{ key: sk-secret }] }\nserver: { prot: 1 }";
    for (const path of ["/v1/chat/completions", "/health"]) {
      const { status, headers, body } = await ask({ CONFIG, PROXY_KEY: "sk-other-secret" }, path);
      expect(status).toBe(500);
      expect(headers.get("x-should-retry")).toBe("false");
      expect(body).toEqual({
        error: {
          message: expect.stringMatching(
            /^CONFIG in wrangler\.toml: The configuration has 2 problems\.[^]*server\.prot/,
          ),
          type: "server_error",
          param: null,
          code: "config_invalid",
        },
      });
      expect(JSON.stringify(body)).not.toContain("secret");
    }
  });

  it("is read once and kept, and read anew where it changes", async () => {
    const startedAnew = async () => (await ask({ CONFIG: { backends } }, "/simulator/stats")).body.started;
    const bindings = { CONFIG: JSON.stringify({ backends }) };
    const chat = (input: Record<string, unknown>) =>
      worker.fetch(
        new Request("https://proxy.test/v1/chat/completions", {
          method: "POST",
          headers: { "content-type": "application/json", "cf-connecting-ip": "203.0.113.7" },
          body: JSON.stringify({ model: "x", messages: [{ role: "user", content: "Hi" }] }),
        }),
        input,
      );
    await (await chat(bindings)).text();
    await (await chat({ ...bindings })).text();
    expect((await ask(bindings, "/simulator/stats")).body.started).toBe(2);
    expect(await startedAnew()).toBe(0);
    expect(lines.filter((line) => String(line).includes("client=203.0.113.7"))).toHaveLength(2);
  });
});
