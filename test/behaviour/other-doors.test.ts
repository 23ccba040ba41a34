/** Azure's paths, the old engines' and Anthropic's messages lead to the same models, under the names that were asked for. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  type FakeUpstream,
  sendJson,
  startEvents,
  startUpstream,
} from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
beforeEach(async () => {
  upstream = await startUpstream((_request, response) => sendJson(response, 200, chatAnswer()));
  app = createTestApp({
    backends: { box: { url: upstream.url, type: "openai" } },
    model_mapping: { "my-deployment": "local-chat", "gpt-4o": "local-chat", "claude-*": "local-chat" },
  });
});
afterEach(() => upstream.stop());

const post = (path: string, body: unknown) =>
  app.request(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
const messages = [{ role: "user", content: "Hi" }];

describe("Azure's paths", () => {
  it.each([
    ["without a model in the body", { messages }],
    ["with another model in the body, which does not count", { model: "gpt-3.5-turbo", messages }],
  ])("name the model: %s", async (_name, body) => {
    const response = await post(
      "/openai/deployments/my-deployment/chat/completions?api-version=2024-06-01",
      body,
    );
    expect(await response.json()).toMatchObject({ model: "my-deployment" });
    const received = await upstream.received(0);
    expect(received.url).toBe("/v1/chat/completions");
    expect(JSON.parse(received.body.toString())).toEqual({ ...body, model: "local-chat" });
  });

  it("find doubled slashes, /openai/v1 and percent-encoded deployments", async () => {
    expect((await post("/openai//v1/chat/completions", { model: "gpt-4o", messages })).status).toBe(200);
    expect((await post("/openai/deployments/gpt%2D4o/chat/completions", { messages })).status).toBe(200);
    expect((await app.request("/openai/models?api-version=2024-06-01")).status).toBe(200);
    expect((await app.request("/openai//models?api-version=2024-06-01")).status).toBe(200);
  });

  it("pass the rest on without the api-version", async () => {
    await app.request("/openai/files?api-version=2024-06-01&limit=3");
    expect((await upstream.received(0)).url).toBe("/v1/files?limit=3");
  });

  it("take an empty body for one without a model, and say what else is missing", async () => {
    const response = await post("/openai/deployments/my-deployment/chat/completions", "{ }");
    expect(await response.json()).toMatchObject({
      error: { param: "messages", code: "missing_required_parameter" },
    });
  });
});

describe("the engines' paths", () => {
  it("name the model", async () => {
    const response = await post("/v1/engines/gpt-4o/completions", { prompt: "Once" });
    expect(response.status).toBe(200);
    const received = await upstream.received(0);
    expect(received.url).toBe("/v1/completions");
    expect(received.body.toString()).toBe('{"model":"local-chat","prompt":"Once"}');
  });

  it("list the models", async () => {
    expect(await (await app.request("/v1/engines")).json()).toMatchObject({ object: "list" });
  });
});

describe("Anthropic's messages", () => {
  it("come back under the name that was asked for", async () => {
    upstream.handle = (_request, response) =>
      sendJson(response, 200, {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "local-chat",
        content: [],
      });
    const response = await post("/v1/messages", { model: "claude-sonnet-4", max_tokens: 10, messages });
    expect(await response.json()).toMatchObject({ type: "message", model: "claude-sonnet-4" });
    expect((await upstream.received(0)).url).toBe("/v1/messages");
  });

  it("carry the name in message_start of a stream, and end with message_stop", async () => {
    const event = (type: string, data: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
    const stream = (model: string) =>
      event("message_start", { message: { id: "msg_1", model, content: [{ model: "local-chat" }] } }) +
      event("message_stop", {});
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(stream("local-chat"));
    };
    const response = await post("/v1/messages", {
      model: "claude-sonnet-4",
      max_tokens: 10,
      messages,
      stream: true,
    });
    expect(await response.text()).toBe(stream("claude-sonnet-4"));
  });

  it("tell of a cut stream by an error event", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(
        'event: message_start\ndata: {"type":"message_start","message":{"model":"local-chat"}}\n\n',
      );
    };
    const text = await (
      await post("/v1/messages", { model: "claude-x", max_tokens: 1, messages, stream: true })
    ).text();
    expect(text).toContain('event: error\ndata: {"type":"error","error":{"type":"api_error"');
  });
});
