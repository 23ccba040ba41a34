/** Failures on demand in each server's words: as JSON, and inside a stream that has begun. */
import { describe, expect, it } from "vitest";
import { createSimulator, type Manners } from "../../../src/simulator/simulator.ts";
import { post, readEvents } from "../ask.ts";

const model = "simulated/qwen3-8b";
const text = expect.any(String) as unknown;
const integer = expect.any(Number) as unknown;

interface Ways {
  /** The body of an overflow that is noticed in time. */
  readonly overflow: object;
  readonly unauthorized: object;
  /** The event of a failure in the middle. */
  readonly event: object;
  readonly eventName?: string;
}

const llamaError = { code: integer, message: text, type: text };
const ollamaError = { message: text, type: text, param: null, code: null };
const vllmError = { message: text, type: text, param: null, code: integer };

const ways: Record<Manners, Ways> = {
  lmstudio: {
    overflow: { error: text },
    unauthorized: { error: { type: "invalid_request", code: "invalid_api_key", message: text } },
    event: { error: { message: "Compute error." }, message: "Compute error." },
    eventName: "error",
  },
  "llama-server": {
    overflow: { error: { ...llamaError, code: 400, n_prompt_tokens: integer, n_ctx: integer } },
    unauthorized: { error: { message: "Invalid API Key", type: "authentication_error", code: 401 } },
    event: { error: llamaError },
  },
  ollama: {
    overflow: { error: { ...ollamaError, type: "invalid_request_error" } },
    unauthorized: { error: ollamaError },
    event: { error: text },
  },
  vllm: {
    overflow: { error: { ...vllmError, type: "BadRequestError", code: 400 } },
    unauthorized: { error: "Unauthorized" },
    event: { error: { ...vllmError, type: "InternalServerError", code: 500 } },
  },
};

describe.each(Object.entries(ways))("%s", (kind, way) => {
  const manners = kind as Manners;
  const order = (fault: string, stream: boolean) => {
    const body = { model, messages: [{ role: "user", content: "Hi" }], stream };
    const headers = { "x-simulator-fault": fault, "x-simulator-after": "1" };
    return post("/v1/chat/completions", body, { simulator: createSimulator({ manners }), headers });
  };
  const faults = [
    ["overflow-first", 400, way.overflow],
    ["unauthorized", 401, way.unauthorized],
    ["rate-limit", 429, { error: expect.anything() as unknown }],
    ["error-200", 200, { error: expect.anything() as unknown }],
    ["error-object-200", 200, { error: expect.objectContaining({ message: text }) as unknown }],
  ] as const;

  it.each(faults)("answers %s with %i and its own body", async (fault, status, body) => {
    const answer = await order(fault, false);
    expect([answer.status, await answer.json()]).toEqual([status, body]);
  });

  it("tells a failure in the middle of a stream, and sends nothing more", async () => {
    const events = await readEvents(order("stream-error", true));
    const last = events.at(-1);
    expect(last?.event).toBe(way.eventName);
    expect(JSON.parse(last?.data ?? "")).toEqual(way.event);
    expect(events.length).toBeGreaterThan(1);
  });

  it.each(["stream-error-first", "overflow-first"])("tells %s as the only event", async (fault) => {
    const answer = await order(fault, true);
    expect(answer.status).toBe(200);
    expect(await readEvents(answer)).toHaveLength(1);
  });
});
