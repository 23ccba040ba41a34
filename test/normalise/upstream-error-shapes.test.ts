/** Every shape that a backend's error comes in becomes OpenAI's object, with nothing of the box in it. */
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

interface Asked {
  readonly path?: string;
  readonly endpoint?: { readonly kind: string };
  readonly headers?: Headers;
}

/** What the client's SDK sees of it. */
function told(status: number, body: unknown, asked: Asked = {}) {
  const error = normaliseUpstreamError({
    backend,
    method: "POST",
    path: "/v1/chat/completions",
    ...asked,
    status,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const { message, type, code, param, headers } = error;
  return { status: error.status, message, type, code, param, headers, retry: error.retry };
}

describe("an error's shape", () => {
  const cases: Record<string, readonly [number, unknown, Partial<ReturnType<typeof told>>]> = {
    "a whole error body inside a string": [
      400,
      { error: JSON.stringify({ error: { message: "bad", param: "n", code: "invalid_value" } }) },
      { message: "bad", param: "n", code: "invalid_value" },
    ],
    "a whole error body inside a message, behind a status": [
      502,
      { error: { message: `Error code: 400 - ${JSON.stringify({ error: { message: "inner" } })}` } },
      { message: "inner", status: 502 },
    ],
    "JSON that is no error inside a string": [400, { error: '{"a":1}' }, { message: '{"a":1}' }],
    "a number as text for a code": [400, { error: { message: "bad", code: "400" } }, { code: null }],
    "a number for a code": [400, { error: { message: "bad", code: 400 } }, { code: null }],
    "a null message with words outside": [
      500,
      { error: { message: null }, message: "outside" },
      { message: "outside" },
    ],
    "a list of messages": [
      400,
      { error: { message: ["first", "second"], type: null } },
      { message: "first; second", type: "invalid_request_error" },
    ],
    "FastAPI's text": [409, { detail: "busy" }, { status: 409, message: "busy" }],
    "FastAPI's list": [
      422,
      { detail: [{ type: "missing", loc: ["body", "input", 2], msg: "Field required" }] },
      { status: 422, param: "input[2]", message: "input[2]: Field required", type: "invalid_request_error" },
    ],
    "vLLM's print of a Python list": [
      400,
      {
        object: "error",
        message:
          "[{'type': 'extra_forbidden', 'loc': ('body', 'tools', 0, 'x'), 'msg': 'Extra inputs are not permitted', 'input': 1}]",
        type: "BadRequestError",
        param: null,
        code: 400,
      },
      { param: "tools[0].x", message: "tools[0].x: Extra inputs are not permitted", code: null },
    ],
    "a problem document": [
      400,
      { type: "about:blank", title: "Bad", status: 400, detail: "the reason" },
      { message: "the reason" },
    ],
    "a list of errors": [400, { errors: [{ message: "one" }] }, { message: "one" }],
    "plain text": [
      500,
      "Internal Server Error",
      { status: 500, message: "Internal Server Error", type: "server_error" },
    ],
    "a page without a title": [
      503,
      "<html><body>secret</body></html>",
      { status: 503, message: expect.stringMatching(/without an error that OpenAI clients/) as string },
    ],
    "an object without words": [
      500,
      { ok: false },
      { status: 500, message: expect.stringMatching(/answered HTTP 500/) as string },
    ],
    "JSON inside JSON without an end": [400, nested(40), { status: 400 }],
  };
  it.each(Object.entries(cases))("may be %s", (_name, [status, body, expected]) => {
    expect(told(status, body)).toMatchObject(expected);
  });
});

/** An error inside the text of an error, and so on. */
function nested(depth: number): unknown {
  return depth === 0 ? { error: "deep" } : { error: { error: nested(depth - 1) } };
}

describe("an error that came with status 200", () => {
  it.each([
    [{ error: { message: "x", type: "BadRequestError", code: 400 } }, 400],
    [{ error: { message: "x", type: "InternalServerError", code: 500 } }, 500],
    [{ error: { message: "x", type: "NotFoundError" } }, 404],
    [{ error: { message: "x", type: "invalid_request_error" } }, 400],
    [{ error: { message: "x", type: "rate_limit_error" } }, 429],
    [{ error: { message: "x", type: "overloaded_error" } }, 503],
    [{ error: "'input' field must be a string or an array of strings" }, 400],
    [{ error: "something else" }, 502],
    ["Compute error.", 502],
  ])("has the status that its words tell: %j is %i", (body, status) => {
    expect(told(200, body).status).toBe(status);
  });

  it.each([
    { error: { type: "invalid_request", code: "invalid_api_key", message: "token is required" } },
    { error: { type: "authentication_error", code: 401, message: "Invalid API Key" } },
  ])("is the proxy's fault where its key was refused: %j", (body) => {
    expect(told(200, body)).toMatchObject({ status: 502, code: "backend_unauthorized" });
  });
});

describe("an input that is too long", () => {
  it.each([
    [
      400,
      "Reached context length of 4096 tokens: Trying to keep the first 5000 tokens when context the overflows.",
    ],
    [400, "The number of tokens to keep from the initial prompt is greater than the context length."],
    [500, "Context size has been exceeded."],
    [400, "request (40091 tokens) exceeds the available context size (4096 tokens), try increasing it"],
    [400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."],
    [400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."],
    [400, "the input length exceeds the context length"],
    [
      500,
      "input (2005 tokens) is too large to process. increase the physical batch size (current batch size: 512)",
    ],
    [400, "Requested tokens (5000) exceed context window of 4096"],
    [400, "prompt is too long: 5000 tokens > 4096 maximum"],
  ])("is context_length_exceeded whatever the words: %i %s", (status, message) => {
    for (const body of [{ error: message }, { error: { message, type: "BadRequestError", code: status } }]) {
      expect(told(status, body)).toMatchObject({
        status: 400,
        type: "invalid_request_error",
        code: "context_length_exceeded",
        param: "messages",
        message,
      });
    }
  });

  it.each([
    ["/v1/chat/completions", "messages"],
    ["/openai/deployments/gpt/chat/completions?api-version=1", "messages"],
    ["/v1/messages", "messages"],
    ["/v1/engines/x/completions", "prompt"],
    ["/v1/embeddings", "input"],
    ["/v1/responses", "input"],
    ["/v1/rerank", null],
  ])("names the field of the path where no endpoint is told: %s", (path, param) => {
    expect(told(400, { error: "Context size has been exceeded." }, { path }).param).toBe(param);
  });

  it("names the field of the endpoint before that of the path", () => {
    const asked = { path: "/v1/chat/completions", endpoint: { kind: "responses" } };
    expect(told(400, { error: "Context size has been exceeded." }, asked).param).toBe("input");
  });

  it.each([
    "The context of this tool call is wrong.",
    "Value is greater than 1.",
    "max_tokens must be at least 1",
  ])("is not seen in other words: %s", (message) => {
    expect(told(400, { error: message }).code).toBeNull();
  });
});

describe("what llama-server calls its own fault", () => {
  const recorded = (name: string) =>
    readFileSync(join(projectRoot, `test/fixtures/llama-server/${name}`), "utf8");
  it.each([
    ["broken JSON", recorded("err-bad-json.json"), null],
    ["an image for a text model", recorded("chat-image-unsupported.json"), "messages"],
    ["a tool without a function", llama("Failed to parse tools: Missing tool function: {}"), "tools"],
    ["a missing field", llama("'messages' is required"), "messages"],
    [
      "broken arguments in the history",
      llama("Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error"),
      null,
    ],
    [
      "a template that refuses the messages",
      llama("Jinja Exception: Conversation roles must alternate user/assistant"),
      "messages",
    ],
  ])("is the client's: %s", (_name, body, param) => {
    const error = told(500, body);
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", param });
    expect(error.message).not.toContain("json.exception");
  });

  it("is its own all the same where the model's output was at fault", () => {
    expect(told(500, llama("Failed to parse input at pos 12"))).toMatchObject({
      status: 500,
      type: "server_error",
    });
  });

  it("names the embeddings' field as the client knows it", () => {
    expect(told(500, llama('"prompt" must not be empty'), { path: "/v1/embeddings" })).toMatchObject({
      status: 400,
      param: "input",
    });
  });
});

function llama(message: string, code = 500, type = "server_error") {
  return { error: { code, message, type } };
}

describe("the parameter's name", () => {
  it.each([
    ["'response_format.type' must be 'json_schema' or 'text'", "response_format.type"],
    ["'input' field must be a string or an array of strings", "input"],
    ["Invalid tool_choice type: 'object'. Supported: none, auto, required", "tool_choice"],
    ["Invalid 'messages' in payload", "messages"],
    ["Expected 'messages' to be an array", "messages"],
    ["Field 'n': Value must be between 1 <= value <= 4", "n"],
    ['response_format type must be one of "text" or "json_object", but got: yaml', "response_format"],
    ["It is 'me' who must be asked", null],
  ])("is taken from the message: %s", (message, param) => {
    expect(told(400, { error: message }).param).toBe(param);
  });

  it("stays as the backend gives it", () => {
    expect(told(400, { error: { message: "'a' must be b", param: "c" } }).param).toBe("c");
  });
});

describe("a route that the backend has not", () => {
  it.each([
    [200, { error: "Unexpected endpoint or method. (POST /v1/x)" }],
    [404, llama("File Not Found", 404, "not_found_error")],
    [404, { detail: "Not Found" }],
    [404, "404 page not found"],
  ])("is told as OpenAI does: %i %j", (status, body) => {
    expect(told(status, body, { path: "/v1/x" })).toMatchObject({
      status: 404,
      type: "invalid_request_error",
      message: expect.stringContaining("Invalid URL (POST /v1/x)") as string,
    });
  });
});

describe("a model that is not there", () => {
  it.each([
    [404, { error: { message: "model 'x' not found", type: "not_found_error", param: null, code: null } }],
    [404, { error: 'model "x" not found, try pulling it first' }],
    [404, { object: "error", message: "The model `x` does not exist.", type: "NotFoundError", code: 404 }],
    [400, { error: { message: "which?", type: "invalid_request_error", code: "model_not_found" } }],
    [200, { error: { message: "No models loaded. Please load a model.", type: "invalid_request_error" } }],
  ])("is model_not_found: %i %j", (status, body) => {
    expect(told(status, body)).toMatchObject({
      status: 404,
      type: "invalid_request_error",
      code: "model_not_found",
      param: "model",
    });
  });
});

describe("the server's own trouble", () => {
  it.each([
    ["Channel Error"],
    ["Compute error."],
    ["The model has crashed without additional information. (Exit code: 18446744072635812000)"],
    ["llama runner process has terminated: exit status 2"],
    ["EngineDeadError: EngineCore encountered an issue"],
  ])("is a 502 without its exit code: %s", (message) => {
    for (const status of [200, 400, 500]) {
      const error = told(status, { error: message });
      expect(error).toMatchObject({ status: 502, type: "server_error" });
      expect(error.message).not.toMatch(/exit|\d{3,}/i);
    }
  });

  it.each([
    [400, 'Failed to load model "x". Error: not enough VRAM', 503],
    [500, "model requires more system memory (9.1 GiB) than is available (4.2 GiB)", 503],
    [400, 'Failed to load model "x". Error: unknown architecture', 500],
    [500, "unable to load model: /root/.ollama/models/blobs/sha256-00ff", 500],
  ])("is a load that failed, a 503 only where there is hope: %i %s", (status, message, expected) => {
    const error = told(status, { error: message });
    expect(error).toMatchObject({ status: expected, type: "server_error" });
    expect(error.headers["x-should-retry"]).toBe(expected === 503 ? undefined : "false");
    expect(error.message).not.toContain("/root");
  });

  it("is an unloaded model, never sent again by the proxy itself", () => {
    expect(told(400, { error: "Model unloaded." })).toMatchObject({
      status: 503,
      code: "model_unloaded",
      retry: "never",
    });
  });

  it("keeps the backend's own time to wait while it loads", () => {
    const body = llama("Loading model", 503, "unavailable_error");
    expect(told(503, body).headers).toEqual({ "retry-after": "5" });
    expect(told(503, body, { headers: new Headers({ "retry-after": "9" }) }).headers).toEqual({
      "retry-after": "9",
    });
  });

  it("is a door that was left shut at the server's start, not worth another try", () => {
    const body = llama("This server does not support embeddings.", 501, "not_supported_error");
    expect(told(501, body)).toMatchObject({
      status: 501,
      type: "server_error",
      headers: { "x-should-retry": "false" },
    });
  });

  it("is a slip inside LM Studio", () => {
    expect(told(400, { error: "Cannot read properties of null (reading 'type')" })).toMatchObject({
      status: 500,
      type: "server_error",
    });
  });
});

describe("another vendor's type", () => {
  it.each([
    [400, "BadRequestError", "invalid_request_error"],
    [404, "NotFoundError", "invalid_request_error"],
    [400, "Bad Request", "invalid_request_error"],
    [404, "not_found_error", "invalid_request_error"],
    [500, "InternalServerError", "server_error"],
    [503, "unavailable_error", "server_error"],
    [529, "overloaded_error", "server_error"],
    [500, "api_error", "server_error"],
    [429, "rate_limit_error", "requests"],
    [429, "tokens", "tokens"],
    [400, "invalid_request_error", "invalid_request_error"],
    [400, "image_generation_user_error", "image_generation_user_error"],
  ])("becomes OpenAI's, and OpenAI's stays: %i %s is %s", (status, type, expected) => {
    expect(told(status, { error: { message: "x", type } })).toMatchObject({ status, type: expected });
  });
});

describe("the box's own affairs", () => {
  it.each([
    [
      "Error rendering prompt with jinja template at /home/me/.lmstudio/x/template.jinja: bad",
      "Error rendering prompt with jinja template at [path]: bad",
    ],
    ["cannot open '/Users/me/Library/Application Support/LM Studio/a b.gguf'", "cannot open '[path] b.gguf'"],
    ["open ~/.cache/lm-studio/x.json failed", "open [path] failed"],
    ["open C:\\Users\\me\\LM Studio\\x.gguf failed", "open [path] failed"],
    ["open C:/models/x.gguf failed", "open [path] failed"],
    ["open \\\\nas\\models\\x.gguf failed", "open [path] failed"],
    ["see file:///srv/app/x.py", "see [path]"],
    ["fetch http://me:secret@10.0.0.1/v1 failed", "fetch http://10.0.0.1/v1 failed"],
    ["GET http://h/x?api_key=abcdef&n=1", "GET http://h/x?api_key=***&n=1"],
    ["Authorization: Bearer abcdefghij was wrong", "Authorization: Bearer *** was wrong"],
    ["token sk-lm-abcdefgh:ijklmnop was wrong", "token sk-lm-*** was wrong"],
    ["it died (Exit code: -1073741819).", "it died."],
    ["it died with exit code 139", "it died"],
    ["oops\n    at f (/app/x.js:1:2)\n    at g (/app/y.js:3:4)", "oops"],
    ['oops\n  File "/usr/lib/python3/x.py", line 3, in f', "oops"],
    ["Traceback (most recent call last):\n  File x\n    raise\nValueError: bad", "ValueError: bad"],
  ])("are kept from the client: %j", (message, expected) => {
    expect(toPublicText(message)).toBe(expected);
  });

  it.each([
    "POST /v1/chat/completions takes application/json and/or text/plain",
    "model qwen/qwen3-8b at 3/4 tokens/s, see https://lmstudio.ai/docs/api",
    "unexpected </think> or [/INST]",
    "JSON schema error at #/definitions/a/b: unknown type",
    "expected at 12:30, ratio a:b",
  ])("leave other words alone: %s", (message) => {
    expect(toPublicText(message)).toBe(message);
  });

  it("are found in little time in the longest text", () => {
    const texts = [
      "/a ",
      "/a b c d",
      "C:\\a b ",
      "exit code ",
      "\\\\a\\",
      "[json.exception.",
      "over ",
      "'loc': (",
      "error 400 ",
      "<title",
    ];
    for (const text of texts) {
      const start = performance.now();
      told(400, { error: text.repeat(65_536 / text.length) });
      expect(performance.now() - start).toBeLessThan(500);
    }
  });

  it("are not told at length", () => {
    expect(told(400, { error: "word ".repeat(10_000) }).message.length).toBeLessThan(2100);
  });
});
