/** Every answer carries the name that this client asked for, and nothing else in it changes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  chatAnswer,
  chatChunk,
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
  // Of this type nothing but the name is changed.
  app = createTestApp({
    backends: { box: { url: upstream.url, type: "openai" } },
    model_mapping: { "gpt-4o": "local-chat", "gpt-4*": "local-chat", "ft:gpt-3.5-turbo:*": "local-tuned" },
  });
});
afterEach(() => upstream.stop());

describe("the model's name", () => {
  it("goes to the backend as the target, in an otherwise untouched body", async () => {
    const body =
      '{ "messages":[{"role":"user","content":"\\u0048i","model":"gpt-4o"}],\n "model" : "gpt-4o", "x_unknown":1.50e1 }';
    await app.request("/v1/chat/completions", { method: "POST", body });
    expect((await upstream.received(0)).body.toString()).toBe(
      body.replace('"model" : "gpt-4o"', '"model" : "local-chat"'),
    );
  });

  it.each(["gpt-4o", "gpt-4-turbo", "ft:gpt-3.5-turbo:acme::abc"])("comes back as %s", async (model) => {
    const response = await app.chat({ model });
    expect(await response.json()).toMatchObject({ model });
    expect(response.headers.get("openai-model")).toBe(model);
  });

  it("is each client's own when two ask at the same time by different names", async () => {
    const names = ["gpt-4o", "gpt-4-turbo", "gpt-4-0613", "local-chat"];
    const answers = await Promise.all(names.map(async (model) => (await app.chat({ model })).json()));
    expect(answers.map((answer) => (answer as { model: string }).model)).toEqual(names);
  });

  it("comes back in each chunk, while a model in content and tool arguments stays as it is", async () => {
    const inner =
      '{"choices":[{"delta":{"content":"\\"model\\":\\"local-chat\\"","tool_calls":[{"function":{"arguments":"{\\"model\\":\\"local-chat\\"}"}}]}}],"model":"local-chat","object":"x"}';
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(`data: ${inner}\r\n\r\n: ping\r\n\r\n${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const text = await (await app.chat({ stream: true })).text();
    const expected = inner.replace('"model":"local-chat","object"', '"model":"gpt-4o","object"');
    expect(text).toBe(
      `data: ${expected}\r\n\r\n: ping\r\n\r\n${chatChunk("", "stop", "gpt-4o")}data: [DONE]\n\n`,
    );
  });

  it("comes back however the backend's writes cut the frames, inside the name and inside a letter too", async () => {
    const stream = `${chatChunk("grüße 🌍")}${chatChunk("", "stop")}data: [DONE]\n\n`;
    const bytes = Buffer.from(stream);
    upstream.handle = async (_request, response) => {
      startEvents(response);
      for (const byte of bytes) {
        await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
      }
      response.end();
    };
    const text = await (await app.chat({ stream: true })).text();
    expect(text).toBe(stream.replaceAll("local-chat", "gpt-4o"));
  });

  it("comes back in one frame of 10 MB, which is otherwise the same", async () => {
    const frame = chatChunk("x".repeat(10 * 1024 * 1024));
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.end(`${frame}${chatChunk("", "stop")}data: [DONE]\n\n`);
    };
    const text = await (await app.chat({ stream: true })).text();
    expect(text.startsWith(frame.replace('"local-chat"', '"gpt-4o"'))).toBe(true);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("sits in response.model of the events of /v1/responses", async () => {
    upstream.handle = (_request, response) => {
      startEvents(response);
      response.write(
        'event: response.created\ndata: {"type":"response.created","response":{"id":"r","model":"local-chat"}}\n\n',
      );
      response.end(
        'event: response.completed\ndata: {"type":"response.completed","response":{"model":"local-chat"}}\n\n',
      );
    };
    const response = await app.request("/v1/responses", {
      method: "POST",
      body: '{"model":"gpt-4o","input":"Hi","stream":true}',
    });
    expect(await response.text()).toBe(
      'event: response.created\ndata: {"type":"response.created","response":{"id":"r","model":"gpt-4o"}}\n\n' +
        'event: response.completed\ndata: {"type":"response.completed","response":{"model":"gpt-4o"}}\n\n',
    );
  });
});

describe("an unknown name", () => {
  it("is rejected where there is a mapping, with the nearest names", async () => {
    const response = await app.chat({ model: "gpt-3.5-turbo" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: "model_not_found", param: "model", message: expect.stringContaining("`gpt-4o`") },
    });
    expect(upstream.requests).toHaveLength(0);
  });

  it("is rejected with 404 where the operator prefers it", async () => {
    const url = upstream.url;
    app = createTestApp({ backends: { box: { url } }, unknown_model: "reject", unknown_model_status: 404 });
    expect((await app.chat({ model: "gpt-9" })).status).toBe(404);
  });

  it("goes to the loaded model where there is no mapping, by kind", async () => {
    upstream.models = undefined;
    upstream.handle = (request, response) => {
      const model = (id: string, type: string, state: string) => ({ id, object: "model", type, state });
      if (request.url !== "/api/v0/models") return sendJson(response, 200, chatAnswer());
      sendJson(response, 200, {
        data: [
          model("a/not-loaded", "llm", "not-loaded"),
          model("b/loaded", "vlm", "loaded"),
          model("embedder", "embeddings", "not-loaded"),
        ],
      });
    };
    app = createTestApp({ backends: { box: { url: upstream.url } } });
    const chat = await app.chat({ model: "gpt-4o" });
    expect(chat.headers.get("x-proxy-model")).toBe("b/loaded");
    expect(await chat.json()).toMatchObject({ model: "gpt-4o" });
    const embeddings = await app.request("/v1/embeddings", {
      method: "POST",
      body: '{"model":"text-embedding-3-small","input":"x"}',
    });
    expect(embeddings.headers.get("x-proxy-model")).toBe("embedder");
  });

  it("is the backend's business under passthrough", async () => {
    app = createTestApp({ backends: { box: { url: upstream.url } }, unknown_model: "passthrough" });
    await app.chat({ model: "who-knows" });
    expect(JSON.parse((await upstream.received(0)).body.toString())).toMatchObject({ model: "who-knows" });
  });

  it("never falls back from an embedding alias on a chat model", async () => {
    app = createTestApp({
      backends: { box: { url: upstream.url } },
      model_mapping: { "*": "local-chat" },
      default_model: "local-chat",
    });
    const response = await app.request("/v1/embeddings", {
      method: "POST",
      body: '{"model":"text-embedding-3-small","input":"x"}',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "model_not_found" } });
    expect((await app.chat({ model: "anything" })).status).toBe(200);
  });
});
