/** Every failure comes in OpenAI's shape, with the right status, a request id, and words that say what to do. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type FakeUpstream,
  sendJson,
  startUpstream,
  type UpstreamHandler,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream(() => {});
  app = createTestApp({ backends: { box: { url: upstream.url } } });
});
afterEach(() => upstream.stop());

const text =
  (status: number, type: string, body: string, headers = {}): UpstreamHandler =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": type, ...headers }).end(body);
const json = (status: number, body: unknown, headers = {}): UpstreamHandler =>
  text(status, "application/json", JSON.stringify(body), headers);

interface Expected {
  readonly status: number;
  readonly message: string | RegExp;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

const backendErrors: Record<string, readonly [UpstreamHandler, Expected]> = {
  "an error as a string": [
    json(400, { error: "'response_format.type' must be 'json_schema' or 'text'" }),
    {
      status: 400,
      message: /^'response_format.type' must be/,
      type: "invalid_request_error",
      param: "response_format.type",
    },
  ],
  "an unknown route with status 200": [
    json(200, { error: "Unexpected endpoint or method. (POST /v1/chat/completions)" }),
    { status: 404, message: /^Invalid URL \(POST \/v1\/chat\/completions\)/, type: "invalid_request_error" },
  ],
  "another error with status 200": [
    json(200, { error: "The model has crashed without additional information." }),
    {
      status: 502,
      message: "The model has crashed without additional information.",
      type: "server_error",
      code: "backend_crashed",
    },
  ],
  "an OpenAI error": [
    json(404, {
      error: {
        message: "No such model",
        type: "invalid_request_error",
        param: "model",
        code: "model_not_found",
      },
    }),
    {
      status: 404,
      message: "No such model",
      type: "invalid_request_error",
      param: "model",
      code: "model_not_found",
    },
  ],
  "an integer code": [
    json(500, { error: { code: 500, message: "tokenizer failed", type: "server_error" } }),
    { status: 500, message: "tokenizer failed", type: "server_error" },
  ],
  "a flat error": [
    json(400, { object: "error", message: "too long", type: "BadRequestError", param: null, code: 400 }),
    { status: 400, message: "too long", type: "invalid_request_error" },
  ],
  "a list of issues inside a string": [
    json(400, {
      error: JSON.stringify([
        { code: "invalid_type", path: ["tools", 0, "function", "parameters", "type"], message: "Required" },
      ]),
    }),
    {
      status: 400,
      message: "tools[0].function.parameters.type: Required",
      type: "invalid_request_error",
      param: "tools[0].function.parameters.type",
    },
  ],
  "a web page": [
    text(
      502,
      "text/html",
      "<html><head><title>502 Bad Gateway</title></head><body>secret internals</body></html>",
    ),
    {
      status: 502,
      message: /answered HTTP 502 with a web page titled "502 Bad Gateway"\.$/,
      type: "server_error",
    },
  ],
  "a web page with status 200": [
    text(200, "text/html", "<!doctype html><title>Sign in</title>"),
    { status: 502, message: /a web page titled "Sign in"/, type: "server_error" },
  ],
  "an empty body": [
    text(500, "application/json", ""),
    { status: 500, message: /answered HTTP 500 with an empty body\.$/, type: "server_error" },
  ],
  "an empty body with status 200": [
    text(200, "application/json", ""),
    { status: 502, message: /answered HTTP 200 with an empty body\.$/, type: "server_error" },
  ],
  "half of a JSON body": [
    text(200, "application/json", '{"id":"chatcmpl-1","choices":['),
    { status: 502, message: /without an error that OpenAI clients understand/, type: "server_error" },
  ],
  "a refusal of the proxy's key": [
    json(401, {
      error: {
        type: "invalid_request",
        code: "invalid_api_key",
        message: "An LM Studio API token is required",
      },
    }),
    {
      status: 502,
      message: /refused the proxy's key \(HTTP 401\): set backends\.box\.api_key/,
      type: "server_error",
      code: "backend_unauthorized",
    },
  ],
  "a redirect to a login page": [
    text(302, "text/html", "", { location: "https://login.example.com/" }),
    { status: 502, message: /Cloudflare Access/, type: "server_error", code: "backend_redirected" },
  ],
  "two documents in one body": [
    (_request, response) => sendJson(response, 200, '{"choices":[]}{"choices":[]}'),
    { status: 502, message: /HTTP 200/, type: "server_error" },
  ],
  "a dead connection": [
    (_request, response) => void response.destroy(),
    {
      status: 502,
      message: /closed the connection before it answered/,
      type: "server_error",
      code: "backend_connection_lost",
    },
  ],
};

describe("a backend's failure", () => {
  for (const [name, [handle, expected]] of Object.entries(backendErrors)) {
    for (const stream of [false, true]) {
      it(`is told in OpenAI's words: ${name}${stream ? ", streaming" : ""}`, async () => {
        upstream.handle = handle;
        const response = await app.chat({ stream });
        expect(response.status).toBe(expected.status);
        expect(response.headers.get("content-type")).toBe("application/json");
        expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
        const body = (await response.json()) as { error: Record<string, unknown> };
        expect(Object.keys(body.error).sort()).toEqual(["code", "message", "param", "type"]);
        const { message, ...rest } = body.error;
        expect(rest).toEqual({
          type: expected.type,
          param: expected.param ?? null,
          code: expected.code ?? null,
        });
        expect(message).toMatch(expected.message);
        expect(message).not.toContain("secret internals");
      });
    }
  }

  it("keeps retry-after of a rate limit", async () => {
    upstream.handle = json(
      429,
      { error: { message: "slow down", type: "requests", code: "rate_limit_exceeded" } },
      { "retry-after": "7" },
    );
    const response = await app.chat({});
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
  });

  it("names the host that has no address", async () => {
    app = createTestApp({
      backends: { box: { url: "http://no-such-box.invalid:1234" } },
      request: { max_retries: 0 },
    });
    const response = await app.chat({});
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { code: "backend_name_unknown", message: expect.stringContaining("no-such-box.invalid") },
    });
  });

  it("names TLS where the box speaks plain HTTP", async () => {
    app = createTestApp({ backends: { box: { url: upstream.url.replace("http:", "https:") } } });
    const response = await app.chat({});
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { code: "backend_tls_failed", message: expect.stringContaining("http://") },
    });
  });
});

describe("a client's mistake", () => {
  const post = (body: BodyInit, path = "/v1/chat/completions") => app.request(path, { method: "POST", body });

  it.each([
    ["no body", "", { code: null, param: null, message: /has no body/ }],
    ["broken JSON", '{"model": "x", }', { code: null, param: null, message: /not valid JSON/ }],
    ["a list", "[1]", { code: null, param: null, message: /must be a JSON object/ }],
    [
      "no model",
      '{"messages":[{"role":"user","content":"x"}]}',
      { code: "missing_required_parameter", param: "model", message: /'model'/ },
    ],
    [
      "no messages",
      '{"model":"x"}',
      { code: "missing_required_parameter", param: "messages", message: /'messages'/ },
    ],
    [
      "empty messages",
      '{"model":"x","messages":[]}',
      { code: "invalid_value", param: "messages", message: /messages/ },
    ],
    [
      "messages as text",
      '{"model":"x","messages":"hi"}',
      { code: "invalid_type", param: "messages", message: /expected array, received string/ },
    ],
    [
      "a message without role",
      '{"model":"x","messages":[{"content":"hi"}]}',
      { code: "missing_required_parameter", param: "messages[0].role", message: /role/ },
    ],
    [
      "a number as model",
      '{"model":1,"messages":[{"role":"user"}]}',
      { code: "invalid_type", param: "model", message: /expected string/ },
    ],
    [
      "stream as text",
      '{"model":"x","messages":[{"role":"user"}],"stream":"yes"}',
      { code: "invalid_type", param: "stream", message: /expected boolean/ },
    ],
    [
      "temperature as text",
      '{"model":"x","messages":[{"role":"user"}],"temperature":"hot"}',
      { code: "invalid_type", param: "temperature", message: /expected number/ },
    ],
  ])("gets a 400 that names it: %s", async (_name, body, expected) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { ...expected, type: "invalid_request_error", message: expect.stringMatching(expected.message) },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it("gets a 400 for a body that is not UTF-8", async () => {
    const response = await post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("UTF-8") } });
  });

  it.each([
    ["GET", "/v1/chat/completions", "POST"],
    ["DELETE", "/v1/embeddings", "POST"],
    ["POST", "/v1/models", "GET"],
    ["DELETE", "/v1/models/some/model", "GET"],
    ["POST", "/health", "GET"],
  ])("gets a 405 for %s on %s", async (method, path, allow) => {
    const response = await app.request(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(await response.json()).toMatchObject({
      error: { type: "invalid_request_error", code: "method_not_supported" },
    });
  });

  it("gets its own request id back where it sent a plain one, else a new one", async () => {
    expect(
      (await app.request("/v1/models", { headers: { "x-request-id": "my-own-id-0001" } })).headers.get(
        "x-request-id",
      ),
    ).toBe("my-own-id-0001");
    expect(
      (await app.request("/v1/models", { headers: { "x-request-id": "<script>" } })).headers.get(
        "x-request-id",
      ),
    ).toMatch(/^req_/);
  });
});

describe("a defect of the proxy", () => {
  it("is a 500 that tells nothing of the inside, and stands in the log with the request id", async () => {
    const failing = createTestApp(
      { backends: { box: { url: upstream.url } } },
      {
        random: () => {
          throw new Error("inside");
        },
        fetch: () => Promise.reject(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
      },
    );
    const response = await failing.chat({});
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(body).not.toContain("inside");
    const id = response.headers.get("x-request-id");
    expect(failing.events).toContainEqual(
      expect.objectContaining({
        event: "defect",
        fields: { request: id, error: expect.stringContaining("inside") },
      }),
    );
  });

  it("sends no stack for an answer with nothing but an id", async () => {
    upstream.handle = (_request, response) => sendJson(response, 200, { id: "x" });
    expect((await app.chat({})).status).toBe(200);
  });
});
