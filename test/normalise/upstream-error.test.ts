/** Every backend's way to say that something is wrong, in OpenAI's words. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { type BackendPlan, createPlan } from "../../src/config/plan.ts";
import { toPublicText } from "../../src/normalise/public-text.ts";
import { normaliseUpstreamError } from "../../src/normalise/upstream-error.ts";
import { projectRoot } from "../support/launch.ts";

const backend = createPlan(parseConfig({ backends: { box: { url: "http://h" } } }))
  .backends[0] as BackendPlan;
const errorOf = (status: number, body: unknown, endpoint = "chat") =>
  normaliseUpstreamError({
    backend,
    method: "POST",
    path: "/v1/chat/completions",
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
    endpoint: { kind: endpoint },
  });

describe("a prompt that is too long", () => {
  it.each([
    [
      400,
      { error: "The number of tokens to keep from the initial prompt is greater than the context length." },
    ],
    [
      200,
      {
        error: { message: "Trying to keep the first 5000 tokens when context the overflows. n_ctx is 4096." },
      },
    ],
    [500, { error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } }],
    [
      400,
      {
        error: {
          code: 400,
          message: "the request exceeds the available context size, try increasing it",
          type: "exceed_context_size_error",
        },
      },
    ],
    [
      400,
      {
        object: "error",
        message: "This model's maximum context length is 4096 tokens.",
        type: "BadRequestError",
        code: 400,
      },
    ],
  ])("is context_length_exceeded: %i %j", (status, body) => {
    expect(errorOf(status, body)).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      code: "context_length_exceeded",
      param: "messages",
    });
    expect(errorOf(status, body, "embeddings").param).toBe("input");
    expect(errorOf(status, body, "completions").param).toBe("prompt");
  });

  it("is so for what a real llama-server said", () => {
    const recorded = readFileSync(join(projectRoot, "test/fixtures/llama-server/err-context.json"), "utf8");
    expect(errorOf(400, recorded)).toMatchObject({ status: 400, code: "context_length_exceeded" });
  });
});

describe("other words", () => {
  it.each([
    [
      400,
      { error: 'Failed to load model "x". Error: insufficient memory' },
      503,
      "server_error",
      "model_load_failed",
    ],
    [
      400,
      { error: 'Failed to load model "x". Error: unknown architecture' },
      500,
      "server_error",
      "model_load_failed",
    ],
    [400, { error: "Model is unloaded." }, 503, "server_error", "model_unloaded"],
    [
      400,
      { error: { message: "No models loaded. Please load a model.", type: "invalid_request_error" } },
      404,
      "invalid_request_error",
      "model_not_found",
    ],
    [
      404,
      { error: { message: "model 'llama9' not found", type: "not_found_error" } },
      404,
      "invalid_request_error",
      "model_not_found",
    ],
    [
      503,
      { error: { code: 503, message: "Loading model", type: "unavailable_error" } },
      503,
      "server_error",
      "model_loading",
    ],
    [
      500,
      {
        error: {
          code: 500,
          message: "image input is not supported - hint: use mmproj",
          type: "server_error",
        },
      },
      400,
      "invalid_request_error",
      "unsupported_content",
    ],
    [
      200,
      { error: { message: "Compute error." }, message: "Compute error." },
      502,
      "server_error",
      "backend_crashed",
    ],
    [
      422,
      { detail: [{ loc: ["body", "messages", 0, "role"], msg: "field required" }] },
      422,
      "invalid_request_error",
      null,
    ],
    [400, { error: { message: "x", type: "api_error", code: 7 } }, 400, "server_error", null],
    [418, { error: { message: "x", type: "teapot", code: "short" } }, 418, "teapot", "short"],
  ])("%i %j", (status, body, expectedStatus, type, code) => {
    expect(errorOf(status, body)).toMatchObject({
      status: expectedStatus,
      type,
      code,
      origin: "upstream",
      retry: "never",
    });
  });

  it("name the field of FastAPI's and zod's lists", () => {
    expect(
      errorOf(422, { detail: [{ loc: ["body", "messages", 0, "role"], msg: "field required" }] }),
    ).toMatchObject({
      param: "messages[0].role",
      message: "messages[0].role: field required",
    });
  });

  it("give a loading model's client a time to come back", () => {
    expect(errorOf(503, { error: { message: "Loading model" } }).headers).toMatchObject({
      "retry-after": "5",
    });
  });
});

describe("toPublicText", () => {
  it.each([
    ["Error in /home/me/.lmstudio/models/x.gguf: bad", "Error in [path]: bad"],
    ["Error in 'C:\\Users\\me\\x.gguf'", "Error in '[path]'"],
    ["POST /v1 and/or 3/4", "POST /v1 and/or 3/4"],
  ])("makes %j %j", (message, expected) => {
    expect(toPublicText(message)).toBe(expected);
  });
});
