/** What LM Studio refuses, in its words and its two forms of an error. */
import { describe, expect, it } from "vitest";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { chat, get, json, post } from "./ask.ts";

const image = (url: string) => [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
const webpImage = "data:image/webp;base64,UklGRg==";
const tool = (parameters: unknown) => [{ type: "function", function: { name: "look_up", parameters } }];

const refused: readonly (readonly [string, string, object, RegExp])[] = [
  [
    "a chat without messages",
    "/v1/chat/completions",
    { messages: undefined },
    /^'messages' field is required/,
  ],
  [
    "an unknown role",
    "/v1/chat/completions",
    { messages: [{ role: "function", content: "" }] },
    /^'role' field .*function/,
  ],
  [
    "json_object",
    "/v1/chat/completions",
    { response_format: { type: "json_object" } },
    /^'response_format\.type' must be 'json_schema' or 'text'$/,
  ],
  [
    "a tool_choice that is an object",
    "/v1/chat/completions",
    { tool_choice: { type: "function" } },
    /^Invalid tool_choice type: 'object'\. Supported string values: none, auto, required$/,
  ],
  [
    "an image at a web address",
    "/v1/chat/completions",
    { messages: image("https://example.com/a.png") },
    /^'url' field must be a base64 encoded image\.$/,
  ],
  ["a WebP image", "/v1/chat/completions", { messages: image(webpImage) }, /^'url' field must be/],
  [
    "token ids to embed",
    "/v1/embeddings",
    { input: [1, 2, 3] },
    /^'input' field must be a string or an array of strings$/,
  ],
  ["a completion without a prompt", "/v1/completions", {}, /^'prompt' field must be a string/],
  ["a response without input", "/v1/responses", {}, /^'input' field must be/],
  [
    "a response with an image at a web address",
    "/v1/responses",
    { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://example.com/a.png" }] }] },
    /^'url' field must be/,
  ],
];

describe("a refusal", () => {
  for (const [name, path, body, message] of refused) {
    it(`is a 400 with a string: ${name}`, async () => {
      const answer = await post(path, { messages: [{ role: "user", content: "Hi" }], ...body });
      expect(answer.status).toBe(400);
      expect((await json(answer)).error).toMatch(message);
    });
  }

  it("is a 400 for a body that is not JSON", async () => {
    const request = new Request("http://simulator/v1/chat/completions", { method: "POST", body: "{" });
    const answer = await createSimulator().fetch(request);
    expect(answer.status).toBe(400);
    expect((await json(answer)).error).toMatch(/not JSON/);
  });

  for (const parameters of [undefined, null, {}, { type: ["object", "null"] }]) {
    it(`of a tool is a string with a JSON array of issues: ${JSON.stringify(parameters)}`, async () => {
      const answer = await chat("Hi", { tools: tool(parameters) });
      expect(answer.status).toBe(400);
      const [issue] = JSON.parse((await json(answer)).error);
      expect(issue.path.slice(0, 4)).toEqual(["tools", 0, "function", "parameters"]);
      expect(issue.message).toBeTypeOf("string");
    });
  }

  it("of a flat tool names its place too", async () => {
    const tools = [{ type: "function", name: "look_up", parameters: null }];
    const answer = await post("/v1/responses", { input: "Hi", tools });
    expect(JSON.parse((await json(answer)).error)[0].path).toEqual(["tools", 0, "parameters"]);
  });
});

describe("what LM Studio does not know", () => {
  const unknown = [
    ["GET", "/v1/models/simulated/qwen3-8b"],
    ["GET", "/v1/chat/completions"],
    ["POST", "/chat/completions"],
    ["POST", "/v1//chat/completions"],
    ["OPTIONS", "/v1/chat/completions"],
    ["GET", "/"],
  ] as const;
  for (const [method, path] of unknown) {
    it(`gets 200 and an error: ${method} ${path}`, async () => {
      const answer = await createSimulator().fetch(new Request(`http://simulator${path}`, { method }));
      expect(answer.status).toBe(200);
      expect(await json(answer)).toEqual({ error: `Unexpected endpoint or method. (${method} ${path})` });
    });
  }
});

describe("every answer", () => {
  it("has Express's headers and says that it is simulated", async () => {
    const answers = await Promise.all([
      get("/v1/models"),
      get("/nowhere"),
      chat("Hi"),
      chat("Hi", { messages: null }),
      get("/simulator/stats"),
    ]);
    for (const { headers } of answers) {
      expect(headers.get("x-powered-by")).toBe("Express");
      expect(headers.get("x-simulated")).toBe("true");
      expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(headers.get("etag")).toMatch(/^W\/"/);
    }
  });

  it("has them on a stream too, without an ETag", async () => {
    const answer = await chat("Hi", { stream: true });
    expect(answer.headers.get("x-simulated")).toBe("true");
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(answer.headers.has("etag")).toBe(false);
    await answer.body?.cancel();
  });
});
