/** What a probe asks of each kind of backend, and what it makes of the answers. The boxes are the simulator's. */
import { describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import type { BackendType } from "../../src/config/schema.ts";
import type { Runtime } from "../../src/runtime.ts";
import { createSimulator, type Manners } from "../../src/simulator/simulator.ts";
import { probe } from "../../src/upstream/probe.ts";
import { createFakeClock, createFakeRuntime } from "../support/fake-runtime.ts";

const boxOf = (type: BackendType | "auto"): BackendPlan => {
  const [backend] = createPlan(parseConfig({ backends: { box: { url: "http://box", type } } })).backends;
  if (backend === undefined) throw new Error("A plan without backends.");
  return backend;
};

/** A runtime whose one backend is a simulator; `silent` paths are never answered. */
function createRuntime(manners: Manners, silent: readonly string[] = []) {
  const simulator = createSimulator({
    manners,
    models: [
      { id: "first", type: "llm", isLoaded: true },
      { id: "second", type: "llm" },
    ],
  });
  const asked: string[] = [];
  const clock = createFakeClock();
  const fetch: Runtime["fetch"] = (url, { signal, headers }) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    if (!silent.includes(pathname)) return simulator.fetch(new Request(url, { headers: [...headers] }));
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  };
  return { runtime: createFakeRuntime(clock, { fetch }), asked, clock };
}

describe("a probe", () => {
  it.each([
    ["lmstudio", ["/api/v1/models"], { isLoaded: true, parallel: 4, contextLength: 32_768 }],
    ["llama-server", ["/v1/models", "/props"], { isLoaded: true, parallel: 4, contextLength: 32_768 }],
    ["ollama", ["/v1/models", "/api/ps"], { isLoaded: true }],
    ["vllm", ["/v1/models"], { isLoaded: true, contextLength: 32_768 }],
  ] as const)("of %s asks %j", async (type, paths, first) => {
    const { runtime, asked } = createRuntime(type);
    const result = await probe(boxOf(type), runtime);
    expect(asked).toEqual(paths);
    expect(result.isUp && result.models[0]).toMatchObject({ id: "first", ...first });
  });

  it("that finds the type out asks no path twice", async () => {
    const { runtime, asked } = createRuntime("lmstudio");
    expect(await probe(boxOf("auto"), runtime)).toMatchObject({ isUp: true, type: "lmstudio" });
    expect(asked).toEqual(["/api/v1/models"]);
  });

  it("keeps the list of a box that does not tell the rest in time", async () => {
    const { runtime, asked, clock } = createRuntime("ollama", ["/api/ps"]);
    const pending = probe(boxOf("ollama"), runtime);
    await vi.waitFor(() => expect(asked).toEqual(["/v1/models", "/api/ps"]));
    await clock.advance(3_000);
    const result = await pending;
    expect(result).toMatchObject({
      isUp: true,
      models: [{ id: "first", isLoaded: undefined }, { id: "second" }],
    });
    expect(clock.pending).toBe(0);
  });
});
