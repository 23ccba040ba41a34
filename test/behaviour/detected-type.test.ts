/** A backend of type auto is asked what it is; a 200 alone proves nothing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeUpstream, sendJson, startUpstream } from "../support/fake-upstream.ts";
import { startSimulator } from "../support/simulator-server.ts";
import { createTestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let bodies: Record<string, unknown>;
beforeEach(async () => {
  upstream = await startUpstream(({ url }, response) =>
    url in bodies
      ? sendJson(response, 200, bodies[url])
      : sendJson(response, 404, { error: { message: "not found" } }),
  );
  upstream.models = undefined;
});
afterEach(() => upstream.stop());

async function typeOf(url: string): Promise<unknown> {
  const app = createTestApp({ backends: { box: { url, type: "auto" } } });
  const health = (await (await app.request("/health")).json()) as { backends: { box: { type: string } } };
  return health.backends.box.type;
}

const list = (owner: string) => ({ object: "list", data: [{ id: "m", object: "model", owned_by: owner }] });

describe("type: auto", () => {
  it.each([
    [
      "lmstudio",
      { "/api/v1/models": { models: [{ key: "m", type: "llm" }] }, "/v1/models": list("organization_owner") },
    ],
    ["lmstudio", { "/api/v0/models": { data: [{ id: "m", state: "loaded" }] } }],
    ["ollama", { "/api/version": { version: "0.9.1" }, "/v1/models": list("library") }],
    [
      "llama-server",
      { "/props": { default_generation_settings: {}, build_info: "b500" }, "/v1/models": list("llamacpp") },
    ],
    ["llama-server", { "/v1/models": list("llamacpp") }],
    ["vllm", { "/v1/models": list("vllm"), "/version": { version: "0.12.0" } }],
  ])("finds %s", async (type, answers) => {
    bodies = answers;
    expect(await typeOf(upstream.url)).toBe(type);
  });

  it("is not deceived by a box that answers 200 to everything", async () => {
    const simulator = await startSimulator();
    try {
      expect(await typeOf(simulator.url)).toBe("lmstudio");
    } finally {
      await simulator.stop();
    }
  });

  it("stays with LM Studio where nothing is recognised, and asks again later", async () => {
    bodies = { "/v1/models": { object: "list", data: [] } };
    expect(await typeOf(upstream.url)).toBe("lmstudio");
  });
});
