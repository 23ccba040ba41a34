/** No `[DONE]` and no finish reason without the backend's own; a cut stream is told as an error. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chatChunk, type FakeUpstream, startEvents, startUpstream } from "../support/fake-upstream.ts";
import { createTestApp, type TestApp } from "../support/test-app.ts";

let upstream: FakeUpstream;
let app: TestApp;
let script: readonly (string | "destroy")[];

beforeEach(async () => {
  upstream = await startUpstream(async (_request, response) => {
    startEvents(response);
    for (const part of script) {
      if (part === "destroy") return void response.destroy();
      await new Promise((resolve) => response.write(part, resolve));
    }
    response.end();
  });
  app = createTestApp({ backends: { box: { url: upstream.url, type: "openai" } } });
});
afterEach(() => upstream.stop());

async function stream(parts: readonly (string | "destroy")[]): Promise<string> {
  script = parts;
  return (await app.chat({ stream: true })).text();
}

describe("the end of a stream", () => {
  it("hands on the backend's own finish reason and [DONE], and adds nothing", async () => {
    const text = await stream([chatChunk("a"), chatChunk("", "stop"), "data: [DONE]\n\n"]);
    expect(text).toBe(chatChunk("a", null, "gpt-4o") + chatChunk("", "stop", "gpt-4o") + "data: [DONE]\n\n");
  });

  it("accepts a finish reason without [DONE], before or after the usage", async () => {
    const usage = `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[],"usage":{"total_tokens":3}}\n\n`;
    const text = await stream([chatChunk("a"), chatChunk("", "stop"), usage]);
    expect(text).not.toContain("error");
    expect(text).not.toContain("[DONE]");
  });

  it("tells of an error when the backend ends cleanly without finish reason and [DONE]", async () => {
    const text = await stream([chatChunk("a"), chatChunk("b")]);
    const last = text.trimEnd().split("\n\n").at(-1) ?? "";
    expect(JSON.parse(last.slice("data: ".length))).toMatchObject({ error: { code: "backend_stream_cut" } });
    expect(app.events.at(-1)).toMatchObject({
      level: "warn",
      event: "request-end",
      fields: { outcome: "faulted", problem: "backend_stream_cut" },
    });
    expect(text).not.toContain("[DONE]");
    expect(text).not.toMatch(/"finish_reason":"/);
  });

  it("takes no empty finish reason for one", async () => {
    const text = await stream([chatChunk("a", ""), chatChunk("b", "")]);
    expect(text).toContain("backend_stream_cut");
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it("tells of an error when the connection dies, and sends no half frame", async () => {
    const text = await stream([chatChunk("a"), 'data: {"half":', "destroy"]);
    expect(text).not.toContain("half");
    expect(text).toContain('"code":"backend_stream_cut"');
    expect(text).not.toContain("[DONE]");
  });

  it("keeps a last event whose blank line the backend left out", async () => {
    const text = await stream([chatChunk("a"), chatChunk("", "stop"), "data: [DONE]"]);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("turns an error event in the middle into OpenAI's shape, without an event line, and no second error", async () => {
    const text = await stream([
      chatChunk("a"),
      'event: error\ndata: {"error":{"message":"Compute error."},"message":"Compute error."}\n\n',
      "data: [DONE]\n\n",
    ]);
    expect(text.split("\n\n").slice(1)).toEqual([
      'data: {"error":{"message":"Compute error.","type":"server_error","param":null,"code":"backend_crashed"}}',
      "",
    ]);
  });

  it("gives an error event that comes first its own HTTP status", async () => {
    script = [
      'data: {"error":{"message":"Too long.","type":"invalid_request_error","code":"context_length_exceeded"}}\n\n',
    ];
    const response = await app.chat({ stream: true });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      error: {
        message: "Too long.",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    });
  });
});
